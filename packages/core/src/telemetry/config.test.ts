import { expect, test } from "vitest";
import { telemetryConfig, telemetryWarnings } from "./telemetry.testing.ts";

const fails = (yaml: string, ...messages: readonly string[]) =>
  Promise.all(messages.map((message) => expect(telemetryConfig(yaml), yaml).rejects.toThrow(message)));
const warns = async (yaml: string, ...warnings: readonly string[]) =>
  expect(await telemetryWarnings(yaml), yaml).toEqual(warnings);

test("levels are read in any case", async () => {
  for (const level of ["none", "Basic", "NORMAL", "dETAILED"]) await warns(`{ metrics: { level: ${level} } }`);
  for (const level of ["debug", "Info", "WARN"]) await warns(`{ logs: { level: ${level} } }`);
  await fails(
    "{ logs: { level: loud, tone: 1 } }",
    'found "loud", expected one of "debug", "info", "warn", "error", "dpanic", "panic", "fatal"',
    "logs::tone: unknown key",
  );
  await fails("{ metrics: { level: all } }", 'metrics::level: found "all"');
});

test("sampling has three states", async () => {
  const sampling = async (text: string) => (await telemetryConfig(`logs: { ${text} }`)).logs.sampling;
  const byDefault = { tick: 10_000, initial: 10, thereafter: 100 };
  expect(await sampling("")).toEqual(byDefault);
  expect(await sampling("sampling: ")).toEqual(byDefault);
  expect(await sampling("sampling: { tick: 1s, initial: 2 }")).toEqual({ ...byDefault, tick: 1000, initial: 2 });
  expect(await sampling("sampling: { enabled: false, tick: 1s }")).toBe(undefined);
});

test("readers are checked", async () => {
  const reader = (text: string) => `metrics: { readers: [${text}] }`;
  await fails(reader("{}"), "metrics::readers::0: expected either pull or periodic");
  await fails(reader("{ pull: { exporter: { } } }"), "found no exporter, expected pull.exporter.prometheus");
  await fails("metrics: { readers: [] }", "metrics::readers: found an empty list, expected a reader, or level none");
  await warns("metrics: { readers: [], level: none }");
  await fails(
    reader("{ periodic: { exporter: { } } }"),
    "readers::0::periodic::exporter: expected either otlp or console",
  );
  await fails(
    reader("{ periodic: { interval: 0, exporter: { console: } } }"),
    "interval: found 0, expected at least 1",
  );
  await warns(reader("{ periodic: { exporter: { console: } } }"));
  const pages = (...addresses: readonly string[]) =>
    reader(addresses.map((address) => `{ pull: { exporter: { prometheus: { ${address} } } } }`).join(", "));
  await warns(pages("port: 1", "port: 2", "port: 0", "port: 0", "host: 10.0.0.1, port: 1"));
  await fails(
    pages("port: 2", "port: 1", 'host: "::", port: 1'),
    "metrics::readers::2::pull::exporter::prometheus: found the port of reader 1 again, expected another one",
  );
  await fails("metrics: { address: there }", 'metrics::address: found "there", expected host:port');
  await fails(
    'metrics: { address: ":1", readers: [{ pull: { exporter: { prometheus: } } }] }',
    "found address and readers, expected readers only",
  );
});

test("exporters are checked", async () => {
  const otlp = (text: string) => `metrics: { readers: [{ periodic: { exporter: { otlp: { ${text} } } } }] }`;
  const http = "protocol: http/protobuf";
  const path = "metrics::readers::0::periodic::exporter::otlp";
  await warns(otlp(http));
  await fails(otlp(""), `${path}::protocol: required`);
  await fails(otlp("protocol: grpc"), `${path}::protocol: found "grpc", which is not supported; use http/protobuf`);
  await fails(
    otlp(`${http}, temporality_preference: delta`),
    'temporality_preference: found "delta", expected cumulative',
  );
  await fails(
    otlp(`${http}, default_histogram_aggregation: base2_exponential_bucket_histogram`),
    "exponential histograms are not supported",
  );
  await fails(otlp(`${http}, endpoint: "ftp://host"`), `${path}::endpoint: expected a URL`);
  await fails(otlp(`${http}, endpoint: "http://"`), `${path}::endpoint: expected a URL`);
  await warns(otlp(`${http}, endpoint: "host:4318"`), `${path}::endpoint: has no scheme; write "https://host:4318"`);
  await warns(
    otlp(`${http}, endpoint: "host:4318", insecure: true`),
    `${path}::endpoint: has no scheme; write "http://host:4318"`,
  );
  await warns(otlp(`${http}, headers: { a: b }`), `${path}::headers: deprecated: a map; write a list of {name, value}`);
  await warns(otlp(`${http}, headers: [{ name: a, value: b }], headers_list: "c=d%20e"`));
  await fails(otlp(`${http}, headers: [{ name: a, value: b }], headers_list: "A=d"`), "found a header again");
  await fails(otlp(`${http}, headers: [{ name: "a b", value: b }]`), "found a name that is no header's");
  await fails(otlp(`${http}, client_key: key.pem`), "expected client_certificate and client_key together");
});

test("processors are checked", async () => {
  const console = "{ exporter: { console: } }";
  await warns(`logs: { processors: [{ batch: ${console} }, { simple: ${console} }] }`);
  await fails("logs: { processors: [{ }] }", "logs::processors::0: expected either batch or simple");
  await fails("logs: { processors: [{ batch: { exporter: { } } }] }", "logs::processors::0::batch::exporter: expected");
  await fails(
    `traces: { processors: [{ simple: { exporter: { otlp: { protocol: grpc } } } }] }`,
    "traces::processors::0",
  );
  await warns(`traces: { processors: [{ batch: ${console} }], propagators: [tracecontext, b3] }`);
});
