import { parse } from "yaml";

/** What a collector says of a configuration: whether it is valid, and what it means. */
export interface Answer {
  readonly name: string;
  /** Why it is not valid, in the collector's words. */
  readonly error?: string;
  /** The parts of a valid one that are compared, from `print-config`, durations in seconds. */
  readonly config?: unknown;
}

type Tree = { readonly [key: string]: unknown };

/** Takes what is compared out of the YAML that `print-config` prints; ours is a configuration itself and doubles each "$". */
export function comparable(printed: string, isDoubled: boolean): unknown {
  const revive = (_key: unknown, value: unknown): unknown =>
    isDoubled && typeof value === "string" ? value.replaceAll("$$", () => "$") : unwrapped(value);
  const { exporters, receivers, service } = parse(printed, revive, { maxAliasCount: 0 }) as Readonly<
    Record<string, Tree>
  >;
  const telemetry = (service?.telemetry as Tree | undefined) ?? {};
  return normal({
    exporters,
    receivers: mapValues(receivers ?? {}, (body) => ({ config: scraping((body as { config?: Tree } | null)?.config) })),
    service: { pipelines: service?.pipelines, telemetry: { logs: telemetry.logs } },
  });
}

function scraping(config: Tree | undefined): unknown {
  const jobs = (config?.scrape_configs as readonly Tree[] | undefined) ?? [];
  const keys = ["job_name", "scrape_interval", "scrape_timeout", "static_configs", "relabel_configs"];
  return { scrape_configs: jobs.map((job) => Object.fromEntries(keys.map((key) => [key, job[key]]))) };
}

/** Upstream prints what a reference in a list became as a map of the value and its text. */
function unwrapped(value: unknown): unknown {
  const isWrapped = typeof value === "object" && value !== null && Object.keys(value).join() === "original,value";
  return isWrapped ? (value as { readonly value: unknown }).value : value;
}

/** Both print what is empty in several ways, and durations in their own. Below `initial_fields` everything is as written. */
function normal(value: unknown, isExact = false): unknown {
  if (Array.isArray(value)) return value.map((item) => normal(item, isExact));
  if (typeof value === "string" && !isExact) return seconds(value) ?? value;
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, item]) => {
    // Words in any case, which upstream prints with a capital.
    if ((key === "verbosity" || key === "level") && !isExact) return [key, String(item).toLowerCase()];
    return [key, normal(item, isExact || key === "initial_fields")];
  });
  return Object.fromEntries(isExact ? entries : entries.filter(([, item]) => !isEmpty(item)));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0 && Array.isArray(value);
}

const units: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86400,
};

/** "1m30s" and "90s" are the same. */
function seconds(text: string): string | undefined {
  if (!/^(?:[0-9.]+(?:ns|us|µs|ms|s|m|h|d))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h|d)/g)];
  return `${parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0)} s`;
}

function mapValues(tree: Tree, fn: (value: unknown) => unknown): Tree {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, fn(value)]));
}
