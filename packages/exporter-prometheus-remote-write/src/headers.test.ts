import { expect, test } from "vitest";
import { requestHeaders } from "./headers.ts";

test("the product that a backend sees is a token", () => {
  const check = (description: string, expected: string) =>
    expect(requestHeaders({ command: "sluice", description, version: "1.2.3" })["User-Agent"]).toBe(expected);
  check("OpenTelemetry Collector Contrib", "opentelemetry-collector-contrib/1.2.3");
  check("OpenTelemetry Collector, core distribution", "opentelemetry-collector-core-distribution/1.2.3");
});
