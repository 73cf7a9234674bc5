import { describe, expect, test } from "vitest";
import { problemsOf } from "./check-options.ts";
import { PrometheusRemoteWriteExporter } from "./exporter.ts";
import { type DestinationOptions, destinationsOf, settingsOf } from "./options.ts";

const endpoint = "https://backend:9090/api/v1/write";
const check = (input: unknown, ...expected: string[]) =>
  test(JSON.stringify(input) ?? "undefined", () => expect(problemsOf(input as object)).toEqual(expected));

describe("what can be used", () => {
  check({ endpoint });
  check({ endpoint, headers: undefined, temporality: "cumulative" });
  check({ endpoints: [{ endpoint }, { endpoint, bearerToken: () => "t" }], basicAuth: { username: "u" } });
  check({ endpoint, proxyUrl: "socks5://proxy:1080", tls: { cert: "c", keyFile: "k" }, remoteWriteVersion: "2.0" });
});

describe("where it sends", () => {
  const required =
    'required, here or as OTEL_EXPORTER_PROMETHEUS_REMOTE_WRITE_ENDPOINT; for example "https://prometheus.example.com/api/v1/write"';
  const noUrl = "found a text that is no URL, or one without http:// or https:// before it";
  check({}, `endpoint: ${required}`);
  check({ endpoint: "" }, "endpoint: expected a URL, found nothing");
  check({ endpoint: 5 }, "endpoint: expected a URL, found a number");
  check({ endpoint: "backend:9090/write" }, `endpoint: ${noUrl}`);
  check({ endpoint: "ftp://backend" }, `endpoint: ${noUrl}`);
  check({ endpoints: [] }, "endpoints: expected a list of at least one endpoint");
  check({ endpoints: "x" }, "endpoints: expected a list of at least one endpoint");
  check({ endpoints: [{}, 5] }, "endpoints[1]: expected an object, found a number");
  check({ endpoints: [{}] }, `endpoints[0].endpoint: ${required}`);
  check({ endpoint, endpoints: [{ endpoint }] }, "endpoint: found together with endpoints, expected one of the two");
  check(
    { endpoints: [{ endpoint, namespace: "n" }] },
    "endpoints[0].namespace: there is no such option; known are endpoint, remoteWriteVersion, headers, basicAuth, bearerToken, bearerTokenFile, proxyUrl, timeoutMillis, tls",
  );
  check(
    { endpoint, proxyUrl: "proxy" },
    "proxyUrl: found a text that is no URL, or one without http:// or https:// or socks5:// or socks5h:// before it",
  );
  check({ endpoint, timeoutMillis: 0 }, "timeoutMillis: expected a whole number from 1 to 2147483647, found 0");
  check({ endpoint, timeoutMillis: "5" }, 'timeoutMillis: expected a whole number from 1 to 2147483647, found "5"');
  check({ endpoint, remoteWriteVersion: "3" }, 'remoteWriteVersion: expected "1.0" or "2.0", found "3"');
});

describe("credentials, of which nothing is shown", () => {
  const secret = "hunter2";
  check({ endpoint, headers: { "a b": secret } }, 'headers["a b"]: expected the name of a header');
  check({ endpoint, headers: { a: `${secret}\n` } }, 'headers["a"]: found a character that no header may have');
  check({ endpoint, headers: { a: 1 } }, 'headers["a"]: expected a text, found a number');
  check(
    { endpoint, headers: { "User-Agent": "x" } },
    'headers["User-Agent"]: found a header that remote write sets itself',
  );
  check({ endpoint, headers: [] }, "headers: expected an object, found a list");
  check({ endpoint, basicAuth: {} }, "basicAuth.username: required");
  check(
    { endpoint, basicAuth: { username: "u", password: secret, passwordFile: "f" } },
    "basicAuth.passwordFile: found together with password, expected one of the two",
  );
  check(
    { endpoint, bearerToken: secret, basicAuth: { username: "u" } },
    "bearerToken: found together with basicAuth, expected one way to log in",
  );
  check({ endpoint, bearerToken: 5 }, "bearerToken: expected a text, or a function that gives one; found a number");
  check({ endpoint, tls: { key: secret } }, "tls.cert: required beside a key");
  check({ endpoint, tls: { certFile: "c" } }, "tls.key: required beside a certificate");
  check({ endpoint, tls: { ca: "c", caFile: "c" } }, "tls.caFile: found together with ca, expected one of the two");
  check({ endpoint, tls: { insecureSkipVerify: 1 } }, "tls.insecureSkipVerify: expected true or false, found a number");
});

describe("what is sent", () => {
  check({ endpoint, externalLabels: { "": "x" } }, 'externalLabels[""]: expected the name of a label');
  check({ endpoint, externalLabels: { a: "" } }, 'externalLabels["a"]: found an empty value, expected a text');
  check({ endpoint, externalLabels: { a: 1 } }, 'externalLabels["a"]: expected a text, found a number');
  check(
    { endpoint, temporality: "delta" },
    'temporality: found "delta", but Prometheus remote write has cumulative values only: leave the option out, or send deltas to a collector by OTLP and let its deltatocumulative processor add them up',
  );
  check({ endpoint, temporality: "x" }, 'temporality: expected "cumulative", found "x"');
  check({ endpoint, retry: { enabled: null } }, "retry.enabled: expected true or false, found null");
  check(
    { endpoint, resourceToTelemetryConversion: true },
    "resourceToTelemetryConversion: expected an object, found a boolean",
  );
});

describe("what is no object", () => {
  check(null, "options: expected an object, found null");
  check("http://backend", "options: expected an object, found a string");
  check([], "options: expected an object, found a list");
});

test("the constructor says everything at once", () => {
  const create = () => new PrometheusRemoteWriteExporter({ endpoint: "x", queueSize: 0, endpont: 1 } as object);
  const url = "endpoint: found a text that is no URL, or one without http:// or https:// before it";
  expect(create).toThrow("cannot create the Prometheus remote write exporter:\n");
  expect(create).toThrow(expect.objectContaining({ name: "OptionsError" }));
  expect(create).toThrow(url);
  expect(create).toThrow("queueSize: expected a whole number from 1");
  expect(create).toThrow("endpont: there is no such option");
});

test.each([null, "x", 5])("%s as options", (options) => {
  expect(() => new PrometheusRemoteWriteExporter(options as never)).toThrow("options: expected an object");
});

describe("several endpoints", () => {
  const checkMerged = (beside: DestinationOptions, entry: DestinationOptions, expected: DestinationOptions) =>
    test(JSON.stringify(entry), () => expect(destinationsOf({ ...beside, endpoints: [entry] })).toEqual([expected]));
  const beside = { timeoutMillis: 5, bearerToken: "t" };
  checkMerged(beside, { endpoint }, { endpoint, ...beside });
  checkMerged(beside, { endpoint, timeoutMillis: 6 }, { endpoint, timeoutMillis: 6, bearerToken: "t" });
  // A token meant for one backend does not go to another.
  const basicAuth = { username: "u" };
  checkMerged(beside, { endpoint, basicAuth }, { endpoint, timeoutMillis: 5, basicAuth });
});

test("retries end before the next minute's export by default", () => {
  expect(settingsOf({ endpoint }).retry.maxElapsedMillis).toBe(60_000);
});
