import type { FeatureGate } from "@sluice/component";

/** One feature gate that may be named on the command line. */
export interface KnownGate {
  readonly id: string;
  readonly stage: FeatureGate["stage"];
  /** What it does, or why it has no effect here. */
  readonly description: string;
  /** Whether setting it changes anything. */
  readonly effect?: true;
  /** Upstream has it no more, and so takes neither value; here both are taken. */
  readonly gone?: true;
}

const works = (id: string, description: string): KnownGate => ({ id, stage: "alpha", description, effect: true });
const alpha = (id: string, description: string): KnownGate => ({ id, stage: "alpha", description });
const beta = (id: string, description: string): KnownGate => ({ id, stage: "beta", description });
const stable = (id: string, description: string): KnownGate => ({ id, stage: "stable", description });
const gone = (id: string, description: string): KnownGate => ({ id, stage: "stable", description, gone: true });

const absent = "What it is about is no component of this collector yet.";
const receiver = "receiver.prometheusreceiver.";
const exporter = "exporter.prometheusremotewriteexporter.";

/** Upstream's gates, those of its contributed components among them, by id. Most belong to a way of doing things that is not ours. */
export const knownGates: readonly KnownGate[] = [
  works(
    "confmap.enableMergeAppendOption",
    "Lists of extensions, and of receivers and exporters of pipelines, are joined when configurations are merged.",
  ),
  works("service.AllowNoPipelines", "A configuration may have no pipelines, receivers and exporters."),
  alpha("pkg.exporterhelper.queueBatchEnabled", "Batching in a queue is as its section says."),
  alpha("pdata.useProtoPooling", "Memory of requests is managed otherwise here."),
  alpha("receiverhelper.newReceiverMetrics", "The metrics of receivers are the same either way."),
  alpha("service.partialReload", "A reload restarts only what changed, always."),
  beta("service.partialReloadReceivers", "A reload restarts only what changed, always."),
  alpha("service.profilesSupport", "Profiles are not supported."),
  alpha("telemetry.newPipelineTelemetry", "The collector's own metrics are the same either way."),

  alpha(`${exporter}EnableMultipleWorkers`, "Requests are sent side by side, as num_consumers says, always."),
  alpha(`${exporter}RetryOn429`, "Answers with status 429 are retried, always."),
  alpha(`${exporter}enableSendingRW2`, "The key protobuf_message decides."),
  // Upstream's own spelling of the one before.
  alpha("exporter.prometheusremotewritexporter.enableSendingRW2", "The key protobuf_message decides."),
  alpha(`${exporter}removeTopLevelHTTPSettings`, "Settings of the HTTP client may stand in both places, always."),
  alpha(`${exporter}DisableResourceToTelemetryConversion`, "The key resource_to_telemetry_conversion decides."),
  beta("pkg.translator.prometheus.NormalizeName", "The keys of the exporter decide about names."),
  beta("pkg.translator.prometheus.PermissiveLabelSanitization", "A label keeps its leading underscore, always."),
  works(
    `${receiver}EnableCreatedTimestampZeroIngestion`,
    "What a scraped page says of when counting began becomes the start of its points; lines with the suffix _created are no series then.",
  ),
  stable(`${receiver}EnableNativeHistograms`, "The key scrape_native_histograms of a job decides."),
  stable(`${receiver}IgnoreScopeInfoMetric`, "otel_scope_info is an ordinary metric."),
  stable(`${receiver}RemoveReportExtraScrapeMetricsConfig`, "The key extra_scrape_metrics decides."),
  alpha("adot.exporter.datadogexporter.deprecation", absent),
  alpha("adot.exporter.logzioexporter.deprecation", absent),
  alpha("adot.exporter.signalfxexporter.deprecation", absent),
  alpha("awsemf.nodimrollupdefault", absent),
  alpha("metricsgeneration.MatchAttributes", absent),
  alpha("receiver.awscontainerinsightreceiver.useNewTypeName", absent),
  alpha("transform.flatten.logs", absent),
  beta("exporter.awsxray.skiptimestampvalidation", absent),
  beta("exporter.xray.allowDot", absent),
  beta("processor.filter.defaultErrorModeIgnore", "The default of error_mode is ignore, always."),

  gone(`${receiver}EnableReportExtraScrapeMetrics`, "The key extra_scrape_metrics decides."),
  gone(`${receiver}RemoveLegacyResourceAttributes`, "Resources have the present attributes only."),
  gone(`${receiver}RemoveStartTimeAdjustment`, "Start times are not adjusted by the receiver."),
  gone(`${receiver}UseCollectorStartTimeFallback`, "Start times are not adjusted by the receiver."),
  gone(`${receiver}UseCreatedMetric`, "Series with the suffix _created are ordinary ones."),
  gone("component.UseLocalHostAsDefaultHost", "Servers listen on localhost by default."),
  gone("confmap.expandEnabled", "References are expanded, always."),
  gone("confmap.strictlyTypedInput", "Values keep the type that YAML gives them."),
  gone("confmap.unifyEnvVarExpansion", "A bare $NAME is text; an environment variable is written in braces."),
  gone("otelcol.printInitialConfig", "The command print-config is there, always."),
  gone("telemetry.disableHighCardinalityMetrics", "There are no such metrics."),
  gone("telemetry.useOtelForInternalMetrics", "The collector's own metrics are the same either way."),
  gone("telemetry.useOtelWithSDKConfigurationForInternalTelemetry", "service::telemetry takes readers and processors."),
].toSorted((a, b) => (a.id < b.id ? -1 : 1));
