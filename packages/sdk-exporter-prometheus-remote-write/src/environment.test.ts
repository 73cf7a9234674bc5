import { describe, expect, test } from "vitest";
import { optionsFromEnvironment, overEnvironment, PREFIX } from "./environment.ts";

const read = (variables: Record<string, string>) =>
  optionsFromEnvironment(Object.fromEntries(Object.entries(variables).map(([name, value]) => [PREFIX + name, value])));
const check = (input: Record<string, string>, expected: object) =>
  test(JSON.stringify(input), () => expect(read(input)).toEqual({ options: expected, problems: [] }));
const checkBad = (input: Record<string, string>, expected: string) =>
  test(JSON.stringify(input), () => expect(read(input).problems).toEqual([PREFIX + expected]));

describe("variables", () => {
  check({}, {});
  check({ ENDPOINT: "", TIMEOUT: " ", HEADERS: "" }, {});
  check({ ENDPOINT: " http://a " }, { endpoint: "http://a" });
  check({ ENDPOINT: "http://a, http://b" }, { endpoints: [{ endpoint: "http://a" }, { endpoint: "http://b" }] });
  check(
    { VERSION: "2.0", TIMEOUT: "500", PROXY: "http://p" },
    { remoteWriteVersion: "2.0", timeoutMillis: 500, proxyUrl: "http://p" },
  );
  check({ HEADERS: "X-Scope-OrgID=1,b = c%2Cd=e ," }, { headers: { "X-Scope-OrgID": "1", b: "c,d=e" } });
  check({ USERNAME: "u", PASSWORD: "p" }, { basicAuth: { username: "u", password: "p" } });
  check({ USERNAME: "u", PASSWORD_FILE: "f" }, { basicAuth: { username: "u", passwordFile: "f" } });
  check({ BEARER_TOKEN: "t" }, { bearerToken: "t" });
  check({ BEARER_TOKEN_FILE: "f" }, { bearerTokenFile: "f" });
  check(
    { CERTIFICATE: "ca", CLIENT_CERTIFICATE: "c", CLIENT_KEY: "k", SERVER_NAME: "n", INSECURE_SKIP_VERIFY: "TRUE" },
    { tls: { caFile: "ca", certFile: "c", keyFile: "k", serverName: "n", insecureSkipVerify: true } },
  );
  check({ EXTERNAL_LABELS: "cluster=eu", NAMESPACE: "n" }, { externalLabels: { cluster: "eu" }, namespace: "n" });
  check(
    { ADD_METRIC_SUFFIXES: "false", NATIVE_HISTOGRAMS: "true" },
    { addMetricSuffixes: false, nativeHistograms: true },
  );
  check({ RESOURCE_TO_TELEMETRY_CONVERSION: "true" }, { resourceToTelemetryConversion: { enabled: true } });
});

describe("mistakes", () => {
  checkBad({ TIMEOUT: "5s" }, "TIMEOUT: expected milliseconds");
  checkBad({ HEADERS: "a" }, "HEADERS: expected pairs like key=value, with commas between");
  checkBad({ HEADERS: "a=%" }, "HEADERS: expected pairs like key=value, with commas between");
  checkBad({ EXTERNAL_LABELS: "=b" }, "EXTERNAL_LABELS: expected pairs like key=value, with commas between");
  checkBad({ NATIVE_HISTOGRAMS: "1" }, "NATIVE_HISTOGRAMS: expected true or false");
});

describe("options win over variables", () => {
  const checkMerged = (options: object, environment: object, expected: object) =>
    test(JSON.stringify(options), () => expect(overEnvironment(options, environment)).toEqual(expected));
  const environment = { endpoint: "http://e", bearerToken: "t", timeoutMillis: 5 };
  checkMerged({}, environment, environment);
  checkMerged({ endpoint: undefined }, environment, environment);
  checkMerged({ timeoutMillis: 6 }, environment, { ...environment, timeoutMillis: 6 });
  checkMerged({ endpoint: "http://o" }, environment, { ...environment, endpoint: "http://o" });
  checkMerged({ endpoints: [] }, environment, { endpoints: [], bearerToken: "t", timeoutMillis: 5 });
  checkMerged({ bearerTokenFile: "f" }, environment, { endpoint: "http://e", bearerTokenFile: "f", timeoutMillis: 5 });
});
