/** What became of samples, all endpoints together. */
export interface SampleCounts {
  /** Confirmed by a backend. */
  readonly delivered: number;
  /** Refused by a backend for good. */
  readonly rejected: number;
  /** Left out by the exporter, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** What became of everything that was given to an exporter since it was made. */
export interface ExporterCounts {
  /** Exports that ended. */
  readonly exports: number;
  /** Of these, the ones of which at least one backend did not take all. */
  readonly failedExports: number;
  readonly samples: SampleCounts;
}
