import { type DiagLogger, diag } from "@opentelemetry/api";
import type {
  AggregationOption,
  AggregationTemporality,
  InstrumentType,
  PushMetricExporter,
  ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { OptionsError, problemsOf } from "./check-options.ts";
import { optionsFromEnvironment, overEnvironment } from "./environment.ts";
import type { ExporterCounts } from "./exporter-counts.ts";
import { variables } from "./host.ts";
import { type PrometheusRemoteWriteOptions, type Settings, settingsOf } from "./options.ts";
import type { Pipeline } from "./pipeline.ts";

/** The SDK's numbers, the same in 2.x and 3.x: this file is on the way of an application's start and loads no SDK. */
const SUCCESS = 0;
const FAILED = 1;
const CUMULATIVE = 1 as AggregationTemporality;
const DEFAULT = { type: 0 } as AggregationOption;
const EXPONENTIAL = { type: 5 } as AggregationOption;

type ResultCallback = Parameters<PushMetricExporter["export"]>[1];

/**
 * Pushes metrics by Prometheus remote write. For a `PeriodicExportingMetricReader`. The constructor throws `OptionsError` for
 * options that cannot be used; nothing else throws: what goes wrong later is told to the SDK, and through `diag`.
 */
export class PrometheusRemoteWriteExporter implements PushMetricExporter {
  readonly #settings: Settings;
  readonly #diag: DiagLogger;
  #pipeline: Promise<Pipeline> | undefined;
  #loaded: Pipeline | undefined;
  readonly #underWay = new Set<Promise<void>>();
  #end: Promise<void> | undefined;
  #exports = 0;
  #failedExports = 0;

  constructor(options: PrometheusRemoteWriteOptions = {}) {
    const environment = optionsFromEnvironment(variables());
    const merged =
      typeof options === "object" && options !== null ? overEnvironment(options, environment.options) : options;
    const problems = [...environment.problems, ...problemsOf(merged)];
    if (problems.length > 0) throw new OptionsError(problems);
    this.#settings = settingsOf(merged);
    this.#diag = diag.createComponentLogger({ namespace: "@sluice/sdk-exporter-prometheus-remote-write" });
  }

  /** Sends one collection. The callback is called once: when every backend took it, or when it is given up. */
  export(metrics: ResourceMetrics, resultCallback: ResultCallback): void {
    const told = this.#export(metrics).then(
      () => this.#tell(resultCallback, { code: SUCCESS }),
      (error: unknown) => {
        this.#failedExports++;
        this.#tell(resultCallback, { code: FAILED, error: error instanceof Error ? error : new Error(String(error)) });
      },
    );
    this.#underWay.add(told);
    void told.finally(() => this.#underWay.delete(told));
  }

  /** Resolves when everything exported so far is delivered or given up, or after `flushTimeoutMillis`. Never rejects. */
  async forceFlush(): Promise<void> {
    if (this.#pipeline === undefined) return;
    try {
      await (await this.#pipeline).flush([...this.#underWay]);
    } catch (error) {
      this.#diag.error("cannot flush", error);
    }
  }

  /** As `forceFlush`; afterwards nothing more is exported. Safe to call twice. */
  shutdown(): Promise<void> {
    this.#end ??= this.forceFlush().then(() => this.#loaded?.shutdown());
    return this.#end;
  }

  /** Remote write has cumulative values only. */
  selectAggregationTemporality(_instrumentType: InstrumentType): AggregationTemporality {
    return CUMULATIVE;
  }

  /** The SDK's own choice; with `nativeHistograms`, exponential histograms. */
  selectAggregation(instrumentType: InstrumentType): AggregationOption {
    return this.#settings.nativeHistograms && instrumentType === "HISTOGRAM" ? EXPONENTIAL : DEFAULT;
  }

  /** What became of everything exported so far. */
  get counts(): ExporterCounts {
    const samples = this.#loaded?.counts() ?? { delivered: 0, rejected: 0, dropped: {} };
    return { exports: this.#exports, failedExports: this.#failedExports, samples };
  }

  async #export(metrics: ResourceMetrics): Promise<void> {
    if (this.#end !== undefined) throw new Error("cannot export metrics: the exporter is shut down");
    this.#pipeline ??= this.#load();
    await (await this.#pipeline).export(metrics);
  }

  async #load(): Promise<Pipeline> {
    const { createPipeline } = await import("./pipeline.ts");
    this.#loaded = createPipeline(this.#settings, this.#diag);
    return this.#loaded;
  }

  #tell(callback: ResultCallback, result: Parameters<ResultCallback>[0]): void {
    this.#exports++;
    try {
      callback(result);
    } catch (error) {
      this.#diag.error("the callback of an export threw", error);
    }
  }
}
