import { expect, test } from "vitest";
import { agree, contentType } from "./accept.ts";

test("what a client gets", () => {
  const check = (accept: string | undefined, expected: string, withOpenMetrics = expected) => {
    const agreed = ([false, true] as const).map((openMetrics) => agree(accept, openMetrics));
    expect(
      agreed.map(({ format, escaping }) => `${format} ${escaping}`),
      accept ?? "nothing",
    ).toEqual([expected, withOpenMetrics]);
  };
  const protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  check(undefined, "text underscores");
  check("", "text underscores");
  check("*/*", "text underscores");
  check("text/html", "text underscores");
  check("text/plain", "text underscores");
  check("text/plain;version=0.0.3", "text underscores");
  check("application/openmetrics-text", "text underscores", "openmetrics-0.0.1 underscores");
  check("application/openmetrics-text; version=1.0.0", "text underscores", "openmetrics underscores");
  check("application/openmetrics-text;version=2.0.0, text/plain;q=0.1", "text underscores");
  check("application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.9", "text underscores");
  check("application/openmetrics-text;version=1.0.0;q=0,text/plain;q=0.9", "text underscores");
  check("text/plain;escaping=dots", "text dots");
  check("text/plain; escaping=Values", "text underscores");
  check('text/plain;version="0.0.4";escaping=values', "text values");
  check(protobuf, "protobuf underscores");
  check(`${protobuf.replace("delimited", "text")},text/plain;q=0.5`, "text underscores");
  check(protobuf.replace("MetricFamily", "Other"), "text underscores");
  check(`text/plain;q=0.9,${protobuf};q=0.5`, "text underscores");
  // What Prometheus 2 and 3 ask for.
  check(
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "text underscores",
    "openmetrics underscores",
  );
  check(
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
    "text allow-utf-8",
    "openmetrics allow-utf-8",
  );
});

test("content types", () => {
  const check = (format: Parameters<typeof contentType>[0]["format"], expected: string) =>
    expect(contentType({ format, escaping: "dots" })).toBe(`${expected}; escaping=dots`);
  check("text", "text/plain; version=0.0.4; charset=utf-8");
  check("openmetrics", "application/openmetrics-text; version=1.0.0; charset=utf-8");
  check("openmetrics-0.0.1", "application/openmetrics-text; version=0.0.1; charset=utf-8");
  check("protobuf", "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited");
});
