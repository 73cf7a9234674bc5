import { type Decoded, type JsonSchema, parseGoDuration, Secret } from "@sluice/component";
import exporter from "@sluice/exporter-prometheus-remote-write";
import type { Destination, Settings } from "./options.ts";

/** The configuration of the collector's exporter. */
export type ComponentConfig = Decoded<typeof exporter.config>;

/** The name under which the credentials of a destination are found. */
export const LOGIN = "login";

/** The collector's configuration that says the same; what options do not speak of has its default. */
export function componentConfig(destination: Destination, settings: Settings, hasLogin: boolean): ComponentConfig {
  const { tls, headers, retry, resourceToTelemetryConversion: conversion } = { ...destination, ...settings };
  const config = defaultsOf(exporter.config.json) as ComponentConfig;
  return {
    ...config,
    endpoint: destination.endpoint,
    timeout: destination.timeoutMillis,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, new Secret(value)])),
    auth: hasLogin ? { authenticator: LOGIN } : undefined,
    proxy_url: destination.proxyUrl ?? "",
    tls: {
      ...config.tls,
      ...(tls.ca !== undefined && { ca_pem: new Secret(tls.ca) }),
      ...(tls.cert !== undefined && { cert_pem: new Secret(tls.cert) }),
      ...(tls.key !== undefined && { key_pem: new Secret(tls.key) }),
      ca_file: tls.caFile ?? "",
      cert_file: tls.certFile ?? "",
      key_file: tls.keyFile ?? "",
      server_name_override: tls.serverName ?? "",
      insecure_skip_verify: tls.insecureSkipVerify ?? false,
    },
    protobuf_message:
      destination.remoteWriteVersion === "1.0" ? "prometheus.WriteRequest" : "io.prometheus.write.v2.Request",
    namespace: settings.namespace,
    external_labels: settings.externalLabels,
    add_metric_suffixes: settings.addMetricSuffixes,
    resource_to_telemetry_conversion: {
      enabled: conversion.enabled,
      exclude_service_attributes: conversion.excludeServiceAttributes,
    },
    retry_on_failure: {
      ...config.retry_on_failure,
      enabled: retry.enabled,
      initial_interval: retry.initialIntervalMillis,
      max_interval: retry.maxIntervalMillis,
      max_elapsed_time: retry.maxElapsedMillis,
    },
    // The SDK is told what became of each export, so each waits for its answer; the queue is in front of the component.
    remote_write_queue: { enabled: false, queue_size: 1, num_consumers: 1 },
  };
}

/** What an object of this schema decodes to when nothing is given. */
function defaultsOf({ properties }: JsonSchema): Record<string, unknown> {
  const entries = Object.entries(properties as Readonly<Record<string, JsonSchema>>);
  return Object.fromEntries(entries.map(([key, schema]) => [key, defaultOf(schema)]));
}

function defaultOf(schema: JsonSchema): unknown {
  const { default: value, format } = schema;
  if (format === "go-duration" && typeof value === "string") return parseGoDuration(value);
  // A section that is left out has the defaults of its keys; an empty map stays one.
  return value !== undefined && "properties" in schema ? defaultsOf(schema) : value;
}
