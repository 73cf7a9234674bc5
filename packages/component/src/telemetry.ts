/** Constant lower-case messages; values go into fields. Fields are printed as JSON; Secrets redact themselves. */
export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}
export type Fields = Readonly<Record<string, unknown>>;
export type Labels = Readonly<Record<string, string>>;

/** Exact as long as the sum stays below 2^53. */
export interface Counter {
  add(amount: number, labels?: Labels): void;
}
export interface Gauge {
  set(value: number, labels?: Labels): void;
}
export interface Histogram {
  record(value: number, labels?: Labels): void;
}
export interface InstrumentOptions {
  readonly description: string;
  /** UCUM, e.g. "s", "By", "{datapoint}". */
  readonly unit: string;
  /** The least `service::telemetry::metrics::level` that has it; below, it costs nothing and is not shown. Default: basic. */
  readonly level?: "basic" | "normal" | "detailed";
  /** How the gauges of several threads become one. Default: sum. */
  readonly together?: "sum" | "max";
}
/**
 * The collector's own metrics. Names are written as they appear on the metrics page, without `_total` (the page's reader adds
 * what its settings ask for). Asking twice for one name gives the same instrument. The component's own labels (receiver,
 * processor, exporter, extension = its id) are added by the engine.
 */
export interface Meter {
  counter(name: string, options: InstrumentOptions): Counter;
  gauge(name: string, options: InstrumentOptions): Gauge;
  /** `read` is called whenever the page is asked for; one value, or one a label set. */
  observe(
    name: string,
    options: InstrumentOptions & { readonly type?: "gauge" | "counter" },
    read: () => number | readonly { readonly value: number; readonly labels: Labels }[],
  ): void;
  histogram(name: string, options: InstrumentOptions & { readonly bounds: readonly number[] }): Histogram;
}
