/** What is wrong with options, all at once. Values that may be secret are never shown. */
import { type DestinationOptions, destinationsOf, type PrometheusRemoteWriteOptions } from "./options.ts";

/** The options cannot be used. */
export class OptionsError extends Error {
  override readonly name = "OptionsError";
  /** One sentence for each mistake: `option: what was found, what is expected`. */
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `cannot create the Prometheus remote write exporter:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    );
    this.problems = problems;
  }
}

type Check = (value: unknown) => string | undefined;
type Checks = Readonly<Record<string, Check>>;

const text: Check = (value) => (typeof value === "string" ? undefined : `expected a text, found ${kindOf(value)}`);
const flag: Check = (value) =>
  typeof value === "boolean" ? undefined : `expected true or false, found ${kindOf(value)}`;
const textOrFunction: Check = (value) =>
  typeof value === "string" || typeof value === "function"
    ? undefined
    : `expected a text, or a function that gives one; found ${kindOf(value)}`;
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string) ? undefined : `expected "${values.join('" or "')}", found ${shown(value)}`;
/** Node fires a longer timer at once. */
const LONGEST_MS = 2 ** 31 - 1;
const number =
  (least: number, most = LONGEST_MS): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `expected a whole number from ${least} to ${most}, found ${shown(value)}`;

/** As the collector's exporter has them. */
const reservedHeaders = ["content-encoding", "content-type", "user-agent", "x-prometheus-remote-write-version"];

const url =
  (protocols: readonly string[]): Check =>
  (value) => {
    if (typeof value !== "string" || value === "")
      return `expected a URL, found ${value === "" ? "nothing" : kindOf(value)}`;
    const parsed = URL.parse(value);
    return parsed !== null && protocols.includes(parsed.protocol) && parsed.hostname !== ""
      ? undefined
      : `found a text that is no URL, or one without ${protocols.map((protocol) => `${protocol}//`).join(" or ")} before it`;
  };
const endpoint = url(["http:", "https:"]);
const proxy = url(["http:", "https:", "socks5:", "socks5h:"]);

const destinationChecks: Checks = {
  endpoint,
  remoteWriteVersion: oneOf("1.0", "2.0"),
  headers: objectOf,
  basicAuth: objectOf,
  bearerToken: textOrFunction,
  bearerTokenFile: text,
  proxyUrl: proxy,
  timeoutMillis: number(1),
  tls: objectOf,
};
const checks: Checks = {
  ...destinationChecks,
  endpoints: (value) =>
    Array.isArray(value) && value.length > 0 ? undefined : "expected a list of at least one endpoint",
  externalLabels: objectOf,
  namespace: text,
  addMetricSuffixes: flag,
  resourceToTelemetryConversion: objectOf,
  nativeHistograms: flag,
  temporality: (value) =>
    value === "delta"
      ? 'found "delta", but Prometheus remote write has cumulative values only: leave the option out, or send deltas to a collector by OTLP and let its deltatocumulative processor add them up'
      : oneOf("cumulative")(value),
  retry: objectOf,
  queueSize: number(1),
  flushTimeoutMillis: number(0),
};
const tlsChecks: Checks = {
  ca: text,
  caFile: text,
  cert: text,
  certFile: text,
  key: text,
  keyFile: text,
  serverName: text,
  insecureSkipVerify: flag,
};
const basicAuthChecks: Checks = { username: text, password: textOrFunction, passwordFile: text };
const conversionChecks: Checks = { enabled: flag, excludeServiceAttributes: flag };
const retryChecks: Checks = {
  enabled: flag,
  initialIntervalMillis: number(1),
  maxIntervalMillis: number(1),
  maxElapsedMillis: number(1),
};

/** What is wrong with the options; empty when nothing is. */
export function problemsOf(options: PrometheusRemoteWriteOptions): string[] {
  const notAnObject = objectOf(options);
  if (notAnObject !== undefined) return [`options: ${notAnObject}`];
  const problems = keyProblems("", options, checks);
  // Beside a list it says nothing.
  if (options.endpoints !== undefined && options.endpoint !== undefined) {
    problems.push("endpoint: found together with endpoints, expected one of the two");
  }
  problems.push(
    ...labelProblems(options.externalLabels),
    ...sectionProblems("resourceToTelemetryConversion", options.resourceToTelemetryConversion, conversionChecks),
    ...sectionProblems("retry", options.retry, retryChecks),
    ...partsProblems("", options),
  );
  if (Array.isArray(options.endpoints)) {
    for (const [index, entry] of options.endpoints.entries()) {
      const at = `endpoints[${index}].`;
      if (isObject(entry)) problems.push(...keyProblems(at, entry, destinationChecks), ...partsProblems(at, entry));
      else problems.push(`endpoints[${index}]: expected an object, found ${kindOf(entry)}`);
    }
    if (!options.endpoints.every(isObject)) return problems;
  } else if (options.endpoints !== undefined) return problems;
  for (const [index, destination] of destinationsOf(options).entries()) {
    if (destination.endpoint !== undefined) continue;
    const where = options.endpoints === undefined ? "endpoint" : `endpoints[${index}].endpoint`;
    problems.push(
      `${where}: required, here or as OTEL_EXPORTER_PROMETHEUS_REMOTE_WRITE_ENDPOINT; for example "https://prometheus.example.com/api/v1/write"`,
    );
  }
  return problems;
}

/** Headers, credentials and certificates of one backend, or of what stands beside the list. */
function partsProblems(at: string, given: DestinationOptions): string[] {
  const { headers, basicAuth, tls } = given;
  const problems = [
    ...headerProblems(at, headers),
    ...sectionProblems(`${at}basicAuth`, basicAuth, basicAuthChecks),
    ...sectionProblems(`${at}tls`, tls, tlsChecks),
  ];
  const ways = (["basicAuth", "bearerToken", "bearerTokenFile"] as const).filter((key) => given[key] !== undefined);
  if (ways.length > 1) problems.push(`${at}${ways[1]}: found together with ${ways[0]}, expected one way to log in`);
  if (isObject(basicAuth)) {
    if (basicAuth.username === undefined) problems.push(`${at}basicAuth.username: required`);
    if (basicAuth.password !== undefined && basicAuth.passwordFile !== undefined)
      problems.push(`${at}basicAuth.passwordFile: found together with password, expected one of the two`);
  }
  if (isObject(tls)) {
    for (const what of ["ca", "cert", "key"] as const) {
      if (tls[what] !== undefined && tls[`${what}File`] !== undefined)
        problems.push(`${at}tls.${what}File: found together with ${what}, expected one of the two`);
    }
    const has = (what: "cert" | "key") => tls[what] !== undefined || tls[`${what}File`] !== undefined;
    if (has("cert") !== has("key")) {
      const [found, missing] = has("cert") ? ["a certificate", "key"] : ["a key", "cert"];
      problems.push(`${at}tls.${missing}: required beside ${found}`);
    }
  }
  return problems;
}

function headerProblems(at: string, headers: unknown): string[] {
  if (!isObject(headers)) return [];
  return Object.entries(headers).flatMap(([name, value]) => {
    const where = `${at}headers[${JSON.stringify(name)}]`;
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return [`${where}: expected the name of a header`];
    if (reservedHeaders.includes(name.toLowerCase())) return [`${where}: found a header that remote write sets itself`];
    if (typeof value !== "string") return [`${where}: expected a text, found ${kindOf(value)}`];
    return /^[\t\x20-\x7e\x80-\uffff]*$/.test(value) ? [] : [`${where}: found a character that no header may have`];
  });
}

function labelProblems(labels: unknown): string[] {
  if (!isObject(labels)) return [];
  return Object.entries(labels).flatMap(([name, value]) => {
    const where = `externalLabels[${JSON.stringify(name)}]`;
    if (typeof value !== "string") return [`${where}: expected a text, found ${kindOf(value)}`];
    if (value === "") return [`${where}: found an empty value, expected a text`];
    return /[a-zA-Z0-9_]/.test(name) ? [] : [`${where}: expected the name of a label`];
  });
}

function sectionProblems(at: string, section: unknown, known: Checks): string[] {
  return isObject(section) ? keyProblems(`${at}.`, section, known) : [];
}

function keyProblems(at: string, given: object, known: Checks): string[] {
  return Object.entries(given).flatMap(([key, value]) => {
    const check = Object.hasOwn(known, key) ? known[key] : undefined;
    if (check === undefined)
      return [`${at}${key}: there is no such option; known are ${Object.keys(known).join(", ")}`];
    const problem = value === undefined ? undefined : check(value);
    return problem === undefined ? [] : [`${at}${key}: ${problem}`];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function objectOf(value: unknown): string | undefined {
  return isObject(value) ? undefined : `expected an object, found ${kindOf(value)}`;
}
function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : typeof value === "number" ? `${value}` : kindOf(value);
}
