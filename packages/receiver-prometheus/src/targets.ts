import { formatPrometheusDuration, parsePrometheusDuration, type Share } from "@sluice/component";
import { Hash128 } from "@sluice/data";
import { hideLogin } from "@sluice/lib-http";
import type { LabelSet, Relabel } from "@sluice/lib-prometheus";
import { compareText } from "@sluice/lib-prometheus";
import type { Job } from "./job.ts";
import type { HistogramSettings } from "./native-samples.ts";
import { labelsText } from "./series.ts";
import type { TargetGroup } from "./target-group.ts";

/** One address to scrape. */
export interface Target {
  /** The same for targets with the same labels and URL. */
  readonly key: string;
  readonly url: string;
  readonly scheme: string;
  /** What every sample gets; and as text, the same for targets whose series are the same. */
  readonly labels: LabelSet;
  readonly labelsText: string;
  /** Before relabelling. */
  readonly discovered: LabelSet;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Dialled instead of the URL's host. */
  readonly histograms: HistogramSettings;
  readonly socketPath: string | undefined;
}
/** What the groups of a job came to. */
export interface BuiltTargets {
  /** Those of one share. */
  readonly active: readonly Target[];
  /** How many there are in all shares. */
  readonly count: number;
  /** Dropped by relabelling: their discovered labels, as many as the job wants remembered. */
  readonly dropped: readonly LabelSet[];
  readonly droppedCount: number;
  readonly invalid: readonly { readonly discovered: LabelSet; readonly reason: string }[];
}

const FLAGS = [
  "__convert_classic_histograms_to_nhcb__",
  "__always_scrape_classic_histograms__",
  "__scrape_native_histograms__",
] as const;
const GO_BOOLEAN = /^(?:1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/;

/**
 * Makes targets of groups: labels of target, group and job, relabelling, checks; the same target found twice is one. Of those that
 * can be scraped `share` has its part.
 */
export function buildTargets(job: Job, relabel: Relabel, groups: Iterable<TargetGroup>, share: Share): BuiltTargets {
  const active = new Map<string, Target>();
  const dropped: LabelSet[] = [];
  const invalid: { discovered: LabelSet; reason: string }[] = [];
  let droppedCount = 0;
  for (const group of groups) {
    for (const own of group.targets) {
      const discovered = discoveredLabels(job, group, own);
      const labels = relabel(discovered);
      if (labels === undefined || labels.size === 0) {
        droppedCount++;
        if (job.keepDroppedTargets === 0 || dropped.length < job.keepDroppedTargets) dropped.push(discovered);
        continue;
      }
      const target = makeTarget(job, discovered, labels);
      if (typeof target === "string") invalid.push({ discovered, reason: target });
      else if (!active.has(target.key)) active.set(target.key, target);
    }
  }
  const own = [...active.values()].filter((target) => isInShare(target, share));
  return { active: own, count: active.size, dropped, droppedCount, invalid };
}

/**
 * Whether a target belongs to a share: each belongs to one, decided by the labels of its samples alone. So it stays there whatever
 * other targets come and go, and at another address, and targets that show the same series are together.
 */
export function isInShare({ labelsText }: Pick<Target, "labelsText">, { index, count }: Share): boolean {
  if (count === 1) return true;
  const hash = new Hash128();
  hash.text(labelsText);
  return (hash.words()[0] >>> 0) % count === index;
}

function discoveredLabels(job: Job, group: TargetGroup, own: LabelSet): LabelSet {
  const labels = new Map<string, string>();
  const add = (name: string, value: string): void => {
    if (value !== "" && !labels.has(name)) labels.set(name, value);
  };
  for (const [name, value] of own) add(name, value);
  for (const [name, value] of group.labels) add(name, value);
  add("job", job.name);
  add("__scrape_interval__", formatPrometheusDuration(job.intervalMs));
  add("__scrape_timeout__", formatPrometheusDuration(job.timeoutMs));
  add("__metrics_path__", job.own.metrics_path);
  add("__scheme__", job.own.scheme);
  add(FLAGS[0], String(job.histograms.custom));
  add(FLAGS[1], String(job.histograms.classic));
  add(FLAGS[2], String(job.histograms.native));
  for (const [name, [value]] of Object.entries(job.own.params)) {
    if (value !== undefined) labels.set(`__param_${name}`, value);
  }
  return labels;
}

/** The target, or why there is none. */
function makeTarget(job: Job, discovered: LabelSet, final: LabelSet): Target | string {
  const address = final.get("__address__") ?? "";
  if (address === "") return "no address";
  if (address.includes("/")) return `"${hideLogin(address)}" is not a valid hostname`;
  const times = timesOf(final);
  if (typeof times === "string") return times;
  for (const flag of FLAGS) {
    const value = final.get(flag) ?? "";
    if (value !== "" && !GO_BOOLEAN.test(value)) return `error parsing ${flag}: "${value}" is not a boolean`;
  }
  const labels = new Map<string, string>();
  for (const [name, value] of final) if (value !== "" && !name.startsWith("__")) labels.set(name, value);
  if (!labels.has("instance")) labels.set("instance", address);
  const url = urlOf(job, final, address);
  if (url === undefined) return `"${hideLogin(address)}" is not a valid hostname`;
  return {
    key: `${labelsKey(final, labels)} ${url}`,
    url,
    scheme: final.get("__scheme__") ?? "http",
    labels,
    labelsText: labelsText(labels),
    discovered,
    ...times,
    histograms: histogramsOf(job, final),
    socketPath: final.get("__unix_socket__") || undefined,
  };
}

/** What the job wants of histograms, where the target's labels do not say otherwise. */
function histogramsOf({ histograms }: Job, labels: LabelSet): HistogramSettings {
  const flag = (label: string, otherwise: boolean): boolean => {
    const value = labels.get(label) ?? "";
    return value === "" ? otherwise : /^[1tT]/.test(value);
  };
  return {
    ...histograms,
    custom: flag(FLAGS[0], histograms.custom),
    classic: flag(FLAGS[1], histograms.classic),
    native: flag(FLAGS[2], histograms.native),
  };
}

function timesOf(labels: LabelSet): { readonly intervalMs: number; readonly timeoutMs: number } | string {
  const interval = labels.get("__scrape_interval__") ?? "";
  const timeout = labels.get("__scrape_timeout__") ?? "";
  const intervalMs = parsePrometheusDuration(interval);
  const timeoutMs = parsePrometheusDuration(timeout);
  if (intervalMs === undefined) return `error parsing scrape interval: not a valid duration string: "${interval}"`;
  if (intervalMs === 0) return "scrape interval cannot be 0";
  if (timeoutMs === undefined) return `error parsing scrape timeout: not a valid duration string: "${timeout}"`;
  if (timeoutMs === 0) return "scrape timeout cannot be 0";
  if (timeoutMs > intervalMs) {
    return `scrape timeout cannot be greater than scrape interval ("${timeout}" > "${interval}")`;
  }
  return { intervalMs, timeoutMs };
}

/** `scheme://address/path?params`, parameters by name; a `__param_` label replaces the first value of its parameter. */
function urlOf(job: Job, labels: LabelSet, address: string): string | undefined {
  const params = new Map<string, string[]>();
  for (const [name, values] of Object.entries(job.own.params)) params.set(name, [...values]);
  for (const [label, value] of labels) {
    if (!label.startsWith("__param_")) continue;
    const name = label.slice("__param_".length);
    const values = params.get(name);
    if (values === undefined || values.length === 0) params.set(name, [value]);
    else values[0] = value;
  }
  const query = [...params]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([name, values]) => values.map((value) => `${escapeQuery(name)}=${escapeQuery(value)}`))
    .join("&");
  const path = labels.get("__metrics_path__") ?? "";
  const host = labels.get("__unix_socket__") ? "localhost" : address;
  const text = `${labels.get("__scheme__") ?? "http"}://${host}${path.startsWith("/") || path === "" ? path : `/${path}`}`;
  const url = URL.parse(text);
  if (url === null) return undefined;
  if (query !== "") url.search = url.search === "" ? query : `${url.search.slice(1)}&${query}`;
  return url.href;
}

/** Go's `url.QueryEscape`: a space is a plus. */
function escapeQuery(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/%20/g, "+")
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The labels that tell targets apart: those of samples, and the internal ones but for what discoveries said. */
function labelsKey(final: LabelSet, labels: LabelSet): string {
  const all = new Map(labels);
  for (const [name, value] of final) if (name.startsWith("__") && !name.startsWith("__meta_")) all.set(name, value);
  return JSON.stringify([...all].sort(([a], [b]) => compareText(a, b)));
}
