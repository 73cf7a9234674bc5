/** Options from environment variables. */
import { defined, type PrometheusRemoteWriteOptions } from "./options.ts";

/** The variables of this exporter begin with it. */
export const PREFIX = "OTEL_EXPORTER_PROMETHEUS_REMOTE_WRITE_";

type Variables = Readonly<Record<string, string | undefined>>;

/** What environment variables say, and what is wrong with them. An empty variable is not set, as OpenTelemetry has it. */
export function optionsFromEnvironment(variables: Variables): {
  readonly options: PrometheusRemoteWriteOptions;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const read = (name: string): string | undefined => variables[PREFIX + name]?.trim() || undefined;
  const parse = <T>(name: string, expected: string, parser: (value: string) => T | undefined): T | undefined => {
    const value = read(name);
    const parsed = value === undefined ? undefined : parser(value);
    if (value !== undefined && parsed === undefined) problems.push(`${PREFIX}${name}: expected ${expected}`);
    return parsed;
  };
  const flag = (name: string) => parse(name, "true or false", flagOf);
  const pairs = (name: string) => parse(name, "pairs like key=value, with commas between", pairsOf);
  const enabled = flag("RESOURCE_TO_TELEMETRY_CONVERSION");
  const username = read("USERNAME");
  const endpoints = read("ENDPOINT")
    ?.split(",")
    .map((endpoint) => ({ endpoint: endpoint.trim() }));
  const version = read("VERSION");
  const options = defined({
    ...(endpoints?.length === 1 ? endpoints[0] : { endpoints }),
    // Anything else is told as an option's mistake.
    remoteWriteVersion: version as PrometheusRemoteWriteOptions["remoteWriteVersion"],
    headers: pairs("HEADERS"),
    basicAuth:
      username === undefined
        ? undefined
        : { username, ...defined({ password: read("PASSWORD"), passwordFile: read("PASSWORD_FILE") }) },
    bearerToken: read("BEARER_TOKEN"),
    bearerTokenFile: read("BEARER_TOKEN_FILE"),
    proxyUrl: read("PROXY"),
    timeoutMillis: parse("TIMEOUT", "milliseconds", numberOf),
    tls: tlsOf(read, flag("INSECURE_SKIP_VERIFY")),
    externalLabels: pairs("EXTERNAL_LABELS"),
    namespace: read("NAMESPACE"),
    addMetricSuffixes: flag("ADD_METRIC_SUFFIXES"),
    resourceToTelemetryConversion: enabled === undefined ? undefined : { enabled },
    nativeHistograms: flag("NATIVE_HISTOGRAMS"),
  }) as PrometheusRemoteWriteOptions;
  return { options, problems };
}

function tlsOf(
  read: (name: string) => string | undefined,
  insecureSkipVerify: boolean | undefined,
): PrometheusRemoteWriteOptions["tls"] {
  const tls = defined({
    caFile: read("CERTIFICATE"),
    certFile: read("CLIENT_CERTIFICATE"),
    keyFile: read("CLIENT_KEY"),
    serverName: read("SERVER_NAME"),
    insecureSkipVerify,
  });
  return Object.keys(tls).length === 0 ? undefined : tls;
}

function flagOf(text: string): boolean | undefined {
  const value = text.toLowerCase();
  return value === "true" || value === "false" ? value === "true" : undefined;
}

/** A whole number of milliseconds. */
export function numberOf(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

/** `a=1,b=2`, values percent-encoded (W3C Baggage, as OTEL_EXPORTER_OTLP_HEADERS). */
function pairsOf(text: string): Record<string, string> | undefined {
  const pairs: [string, string][] = [];
  for (const part of text.split(",")) {
    if (part.trim() === "") continue;
    const at = part.indexOf("=");
    const key = decoded(part.slice(0, at).trim());
    const value = decoded(part.slice(at + 1).trim());
    if (at < 1 || !key || value === undefined) return undefined;
    pairs.push([key, value]);
  }
  return Object.fromEntries(pairs);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * Options of the program on top of those of its environment, key by key. Where to send and how to log in are each taken from
 * one of the two, not mixed.
 */
export function overEnvironment(
  options: PrometheusRemoteWriteOptions,
  environment: PrometheusRemoteWriteOptions,
): PrometheusRemoteWriteOptions {
  const given = defined(options);
  const replaced = exclusive.filter((keys) => keys.some((key) => key in given)).flat();
  const kept = Object.entries(environment).filter(([key]) => !(replaced as readonly string[]).includes(key));
  return { ...Object.fromEntries(kept), ...given };
}
const exclusive = [
  ["endpoint", "endpoints"],
  ["basicAuth", "bearerToken", "bearerTokenFile"],
] as const;
