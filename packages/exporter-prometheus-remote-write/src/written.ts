/** The headers by which a receiver of remote write 2.0 says what it wrote. */
export interface Written {
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
}

/** What an answer says was written; a header that is missing counts as 0 (remote write 2.0). undefined = it has none of them. */
export function writtenOf(headers: Readonly<Record<string, string>>): Written | undefined {
  const [samples, histograms, exemplars] = ["samples", "histograms", "exemplars"].map((what) =>
    countOf(headers[`x-prometheus-remote-write-${what}-written`]),
  );
  if (samples === undefined && histograms === undefined && exemplars === undefined) return undefined;
  return { samples: samples ?? 0, histograms: histograms ?? 0, exemplars: exemplars ?? 0 };
}

/** What is no count says nothing. */
function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}
