/** A text that may change, such as a token: asked for before each request. */
export type TextSource = string | (() => string | Promise<string>);

/** Certificates as PEM text, or files that hold it. */
export interface TlsOptions {
  /** Certificates of the authorities to trust instead of the system's. */
  readonly ca?: string;
  readonly caFile?: string;
  /** The own certificate, and its key. */
  readonly cert?: string;
  readonly certFile?: string;
  readonly key?: string;
  readonly keyFile?: string;
  /** Name for SNI and for the check of the certificate, instead of the endpoint's host. */
  readonly serverName?: string;
  /** true does not check the server's certificate. */
  readonly insecureSkipVerify?: boolean;
}

/** Where requests go, and with what credentials. */
export interface DestinationOptions {
  /** URL of the remote-write endpoint, for example `https://prometheus.example.com/api/v1/write`. */
  readonly endpoint?: string;
  /** Version of remote write. A backend that does not know 2.0 is sent 1.0 from then on. Default "1.0". */
  readonly remoteWriteVersion?: "1.0" | "2.0";
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly basicAuth?: { readonly username: string; readonly password?: TextSource; readonly passwordFile?: string };
  readonly bearerToken?: TextSource;
  /** A file that holds the token; read before each request. */
  readonly bearerTokenFile?: string;
  /** Proxy for all requests. Without it HTTP_PROXY, HTTPS_PROXY and NO_PROXY hold. */
  readonly proxyUrl?: string;
  /** Milliseconds for a whole request, connecting included. Default 10,000. */
  readonly timeoutMillis?: number;
  readonly tls?: TlsOptions;
}

/** Whether and how a request is tried again after a network error, 429 or 5xx. Times are milliseconds. */
export interface RetryOptions {
  /** Default true. */
  readonly enabled?: boolean;
  /** Wait before the second try; each further one is half as long again. Default 500. */
  readonly initialIntervalMillis?: number;
  /** The longest wait. Default 5,000. */
  readonly maxIntervalMillis?: number;
  /** After this an export is given up. Default 60,000. */
  readonly maxElapsedMillis?: number;
}

/** What the exporter is made with; whatever is left out is taken from the environment, then from the defaults. */
export interface PrometheusRemoteWriteOptions extends DestinationOptions {
  /** Several backends, all of which get everything. What one leaves out is as it stands beside this list. */
  readonly endpoints?: readonly DestinationOptions[];
  /** Labels put on every series that does not have them yet. */
  readonly externalLabels?: Readonly<Record<string, string>>;
  /** Put before every metric name, with an underscore. */
  readonly namespace?: string;
  /** Whether unit and type suffixes (`_seconds`, `_total`) are added to metric names. Default true. */
  readonly addMetricSuffixes?: boolean;
  /** Resource attributes as labels on every series. */
  readonly resourceToTelemetryConversion?: {
    /** Default false. */
    readonly enabled?: boolean;
    /** Leaves out those that are `job` and `instance` already. Default false. */
    readonly excludeServiceAttributes?: boolean;
  };
  /** Whether histograms are collected as exponential ones, which Prometheus stores as native histograms. Default false. */
  readonly nativeHistograms?: boolean;
  /** Remote write has cumulative values only: "delta" is refused. */
  readonly temporality?: "cumulative" | "delta";
  readonly retry?: RetryOptions;
  /** Exports that may wait for their turn, the one under way included. Default 60. */
  readonly queueSize?: number;
  /** Milliseconds that `forceFlush` and `shutdown` wait at most, from the last export on. Default 10,000. */
  readonly flushTimeoutMillis?: number;
}

/** Options with every value that the exporter reads. */
export type Settings = Required<
  Pick<
    PrometheusRemoteWriteOptions,
    "externalLabels" | "namespace" | "addMetricSuffixes" | "nativeHistograms" | "queueSize" | "flushTimeoutMillis"
  >
> & {
  readonly destinations: readonly Destination[];
  readonly resourceToTelemetryConversion: Required<
    NonNullable<PrometheusRemoteWriteOptions["resourceToTelemetryConversion"]>
  >;
  readonly retry: Required<RetryOptions>;
};
/** One backend with every value that has a default. */
export type Destination = DestinationOptions &
  Required<Pick<DestinationOptions, "endpoint" | "remoteWriteVersion" | "headers" | "timeoutMillis" | "tls">>;

/** Credentials of one kind in an endpoint's entry replace those of another kind beside the list. */
const credentials = ["basicAuth", "bearerToken", "bearerTokenFile"] as const;

/** Fills in the defaults; the options must have been checked. */
export function settingsOf(options: PrometheusRemoteWriteOptions): Settings {
  const { retry, resourceToTelemetryConversion: conversion } = options;
  return {
    destinations: destinationsOf(options).map(withDefaults),
    externalLabels: options.externalLabels ?? {},
    namespace: options.namespace ?? "",
    addMetricSuffixes: options.addMetricSuffixes ?? true,
    nativeHistograms: options.nativeHistograms ?? false,
    queueSize: options.queueSize ?? 60,
    flushTimeoutMillis: options.flushTimeoutMillis ?? 10_000,
    resourceToTelemetryConversion: {
      enabled: conversion?.enabled ?? false,
      excludeServiceAttributes: conversion?.excludeServiceAttributes ?? false,
    },
    retry: {
      enabled: retry?.enabled ?? true,
      initialIntervalMillis: retry?.initialIntervalMillis ?? 500,
      maxIntervalMillis: retry?.maxIntervalMillis ?? 5_000,
      maxElapsedMillis: retry?.maxElapsedMillis ?? 60_000,
    },
  };
}

/** The backends as given: those of the list, each on top of what stands beside it, or the one. */
export function destinationsOf(options: PrometheusRemoteWriteOptions): readonly DestinationOptions[] {
  const {
    endpoint,
    remoteWriteVersion,
    headers,
    basicAuth,
    bearerToken,
    bearerTokenFile,
    proxyUrl,
    timeoutMillis,
    tls,
  } = options;
  const beside = defined({
    remoteWriteVersion,
    headers,
    basicAuth,
    bearerToken,
    bearerTokenFile,
    proxyUrl,
    timeoutMillis,
    tls,
  });
  if (options.endpoints === undefined) return [{ ...beside, ...defined({ endpoint }) }];
  return options.endpoints.map((entry) => {
    const own = credentials.some((key) => entry[key] !== undefined);
    const common = own ? Object.fromEntries(Object.entries(beside).filter(([key]) => !isCredential(key))) : beside;
    return { ...common, ...defined(entry) };
  });
}

const isCredential = (key: string): boolean => (credentials as readonly string[]).includes(key);

/** Without the keys whose value is undefined. */
export function defined<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function withDefaults(given: DestinationOptions): Destination {
  return {
    remoteWriteVersion: "1.0",
    headers: {},
    timeoutMillis: 10_000,
    tls: {},
    ...given,
    endpoint: given.endpoint ?? "",
  };
}
