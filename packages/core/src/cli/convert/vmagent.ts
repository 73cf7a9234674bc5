import { isMap, isSeq, type Node } from "yaml";
import { cutItem, cutPair, type YamlMap, type YamlSeq } from "./cut.ts";
import { hasVariables } from "./dollars.ts";
import { type Edit, resolved, textOfScalar } from "./slice.ts";
import { keyOf, type Note, placeOf, type Source, type YamlPair } from "./source.ts";

/** What only vmagent knows of a job, and what becomes of it. */
const jobKeys: Readonly<Record<string, string>> = {
  stream_parse: "pages are read as they come in any case",
  relabel_debug: "there is no such log; see the labels of the metric up",
  metric_relabel_debug: "there is no such log; see the labels of the metric up",
  series_limit: "use sample_limit, which counts the samples of one page",
  scrape_align_interval: "scrapes are spread over the interval",
  scrape_offset: "scrapes are spread over the interval",
  no_stale_markers: "series that vanish always get a stale marker",
  disable_keepalive: "connections to targets are kept",
  headers: "use http_headers",
  proxy_authorization: "the proxy's credentials can stand in proxy_url",
  proxy_basic_auth: "the proxy's credentials can stand in proxy_url",
  proxy_bearer_token: "the proxy's credentials can stand in proxy_url",
  proxy_bearer_token_file: "the proxy's credentials can stand in proxy_url",
  proxy_headers: "use proxy_connect_header",
  proxy_tls_config: "a proxy is asked without TLS settings of its own",
  yandexcloud_sd_configs: "there is no such discovery",
};
/** Written otherwise by Prometheus, with the same values. */
const renamed: Readonly<Record<string, string>> = { max_scrape_size: "body_size_limit" };
/** `disable_compression: true` is `enable_compression: false`. */
const negated: Readonly<Record<string, string>> = { disable_compression: "enable_compression" };
const globalKeys: Readonly<Record<string, string>> = {
  relabel_configs: "write them in each job",
  metric_relabel_configs: "write them in each job",
};

const ruleKeys: Readonly<Record<string, string>> = {
  if: "a rule with a selector cannot be written; the rule is left out",
  match: "a rule of graphite cannot be written; the rule is left out",
  labels: "a rule of graphite cannot be written; the rule is left out",
};
const actions = new Set([
  "replace_all",
  "keep_if_contains",
  "drop_if_contains",
  "keep_if_equal",
  "drop_if_equal",
  "keep_metrics",
  "drop_metrics",
  "graphite",
  "labelmap_all",
]);

interface Found {
  readonly edits: readonly Edit[];
  readonly notes: readonly Note[];
}

/** Finds what only vmagent understands: how the text changes, and what is to be told. */
export function rewriteVmagent(source: Source): Found {
  const edits: Edit[] = [];
  const notes: Note[] = [];
  const told = { edits, notes };
  for (const map of mapsOf(source, "global")) rewriteKeys(source, map, globalKeys, told);
  for (const job of jobsOf(source)) {
    rewriteKeys(source, job, jobKeys, told);
    for (const list of ["relabel_configs", "metric_relabel_configs"]) rewriteRules(source, job, list, told);
  }
  return told;
}

/** Whether only vmagent would read the file. */
export function isVmagent(source: Source): boolean {
  return hasVariables(source.text) || rewriteVmagent(source).edits.length > 0;
}

interface Told {
  readonly edits: Edit[];
  readonly notes: Note[];
}
function rewriteKeys(
  source: Source,
  map: YamlMap,
  keys: Readonly<Record<string, string>>,
  { edits, notes }: Told,
): void {
  for (const pair of map.items) {
    const key = keyOf(pair);
    const [start, end] = pair.key.range!;
    const message = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (message !== undefined) {
      edits.push(cutPair(source, map, pair));
      notes.push({ place: placeOf(source, pair.key), message: `${key}: ${message}` });
    } else if (Object.hasOwn(renamed, key)) edits.push({ start, end, text: renamed[key]! });
    else if (Object.hasOwn(negated, key) && pair.value?.range) {
      const text = textOfScalar(pair.value) === "true" ? "false" : "true";
      edits.push({ start, end: pair.value.range[1], text: `${negated[key]!}: ${text}` });
    }
  }
}

/** A rule that cannot be written is left out whole: without half of its conditions it would do something else. */
function rewriteRules(source: Source, job: YamlMap, list: string, { edits, notes }: Told): void {
  const rules = resolved(source, job.items.find((pair) => keyOf(pair) === list)?.value);
  if (!isSeq(rules)) return;
  for (const item of rules.items) {
    const rule = resolved(source, item);
    if (!isMap(rule)) continue;
    const pairs = rule.items as YamlPair[];
    const strange = pairs.find((pair) => {
      const isAction = keyOf(pair) === "action" && actions.has(textOfScalar(pair.value)?.toLowerCase() ?? "");
      return isAction || Object.hasOwn(ruleKeys, keyOf(pair));
    });
    if (strange === undefined) continue;
    const key = keyOf(strange);
    const message = ruleKeys[key] ?? `there is no action "${textOfScalar(strange.value)}"; the rule is left out`;
    notes.push({ place: placeOf(source, strange.key), message: `${list}: ${message}` });
    edits.push(cutItem(source, rules as unknown as YamlSeq, item as Node));
  }
}

/** The value of a top key, and the maps that are merged into it. */
function mapsOf(source: Source, key: string): readonly YamlMap[] {
  const value = resolved(source, source.pairs.find((pair) => pair.key === key)?.pair.value);
  return isMap(value) ? withMerged(source, value as unknown as YamlMap) : [];
}

function jobsOf(source: Source): readonly YamlMap[] {
  const list = resolved(source, source.pairs.find((pair) => pair.key === "scrape_configs")?.pair.value);
  if (!isSeq(list)) return [];
  const jobs = list.items.map((item) => resolved(source, item)).filter((item) => isMap(item));
  return [...new Set(jobs.flatMap((job) => withMerged(source, job as unknown as YamlMap)))];
}

function withMerged(source: Source, map: YamlMap): readonly YamlMap[] {
  const merged = map.items.flatMap((pair) => {
    if (keyOf(pair) !== "<<") return [];
    const value = resolved(source, pair.value);
    return (isSeq(value) ? value.items : [value]).map((item) => resolved(source, item)).filter((item) => isMap(item));
  });
  return [map, ...(merged as unknown as readonly YamlMap[])];
}
