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

const receiver = "receiver.prometheusreceiver.";
const exporter = "exporter.prometheusremotewriteexporter.";

/** Upstream's gates, those of its contributed components among them, by id. Most belong to a way of doing things that is not ours. */
export const knownGates: readonly KnownGate[] = [
  works(
    "confmap.enableMergeAppendOption",
    "Lists of extensions, and of receivers and exporters of pipelines, are joined when configurations are merged.",
  ),
  works("service.AllowNoPipelines", "A configuration may have no pipelines, receivers and exporters."),
  alpha("pkg.exporterhelper.queueBatchEnabled", "Batching in a queue is on when its section is there."),
  alpha("pdata.useProtoPooling", "Memory of requests is managed otherwise here."),
  alpha("receiverhelper.newReceiverMetrics", "The metrics of receivers are the same either way."),
  alpha("service.partialReload", "A reload restarts only what changed, always."),
  beta("service.partialReloadReceivers", "A reload restarts only what changed, always."),
  alpha("service.profilesSupport", "Profiles are not supported."),
  alpha("telemetry.newPipelineTelemetry", "The collector's own metrics are the same either way."),

  alpha(`${exporter}EnableMultipleWorkers`, "Requests are sent side by side, as num_consumers says, always."),
  alpha(`${exporter}RetryOn429`, "Answers with status 429 are retried, always."),
  alpha("exporter.prometheusremotewritexporter.enableSendingRW2", "Remote write 2.0 is not supported yet."),
  alpha(`${exporter}removeTopLevelHTTPSettings`, "Settings of the HTTP client are taken from both places, always."),
  alpha(`${exporter}DisableResourceToTelemetryConversion`, "The key resource_to_telemetry_conversion decides."),
  alpha(`${receiver}EnableCreatedTimestampZeroIngestion`, "Created timestamps become start times, always."),
  stable(`${receiver}EnableNativeHistograms`, "Native histograms are not supported yet."),
  stable(`${receiver}IgnoreScopeInfoMetric`, "otel_scope_info is an ordinary metric."),
  gone(`${receiver}RemoveStartTimeAdjustment`, "Start times are not adjusted by the receiver."),
  gone(`${receiver}UseCreatedMetric`, "Created timestamps become start times."),
  gone(`${receiver}RemoveLegacyResourceAttributes`, "Resources have the present attributes only."),
  gone(`${receiver}UseCollectorStartTimeFallback`, "Start times are not adjusted by the receiver."),
  stable(`${receiver}RemoveReportExtraScrapeMetricsConfig`, "The key extra_scrape_metrics decides."),
  gone(`${receiver}EnableReportExtraScrapeMetrics`, "The key extra_scrape_metrics decides."),
  gone("confmap.unifyEnvVarExpansion", "A bare $NAME is text; an environment variable is written in braces."),
].toSorted((a, b) => (a.id < b.id ? -1 : 1));
