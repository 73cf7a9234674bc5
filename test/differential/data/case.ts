/** What a target answers to one scrape. */
export interface Page {
  readonly body?: string | Uint8Array;
  /** Content-Type; the text format by default. */
  readonly type?: string;
  /** 200 by default. */
  readonly status?: number;
}
/** One configuration and what its targets show. */
export interface Case {
  readonly name: string;
  /** Keys of the receiver beside `config`. */
  readonly receiver?: object;
  readonly global?: object;
  /** Scrape configurations; each gets a name and, when it has none, all targets. One without keys by default. */
  readonly jobs?: readonly object[];
  /** Keys of the exporter beside its endpoint. */
  readonly exporter?: object;
  /** Feature gates that both are started with. */
  readonly gates?: string;
  /** By "host:port": what is shown scrape by scrape; a page alone is what it shows always. */
  readonly targets: Readonly<Record<string, string | Page | readonly (string | Page)[]>>;
}

/** Scrapes that are compared. */
export const scrapes = 4;

/** What the target shows at its scrape `count`, from 1. */
export function pageAt({ targets }: Case, target: string, count: number): Page {
  const shown = targets[target];
  const all = Array.isArray(shown) ? (shown as readonly (string | Page)[]) : [shown as string | Page];
  const page = all[Math.min(count, all.length) - 1]!;
  return typeof page === "string" ? { body: page } : page;
}

/** The parts of a configuration for one case; what it writes to is `endpoint`, and how targets are reached stands in `reach`. */
export function configOf(
  { name, receiver, global, jobs = [{}], exporter, targets }: Case,
  endpoint: string,
  reach: object,
): { readonly receiver: object; readonly exporter: object } {
  const scrape_configs = jobs.map((job, index) => ({
    job_name: index === 0 ? name : `${name}-${index}`,
    static_configs: [{ targets: Object.keys(targets) }],
    ...job,
    ...reach,
  }));
  return {
    receiver: { ...receiver, config: { global: { scrape_interval: "1s", ...global }, scrape_configs } },
    exporter: { endpoint, remote_write_queue: { num_consumers: 1 }, ...exporter },
  };
}
