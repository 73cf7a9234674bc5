import { formatGoDuration, parsePrometheusDuration } from "@sluice/component";
import { find, type Located, type LocatedMap, toPlain } from "../../config/located.ts";
import { convertAuth, convertTls, headersOf } from "./client.ts";
import { type Entry, section } from "./entry.ts";
import type { Note } from "./source.ts";

/** An exporter made of one entry of `remote_write`. */
export interface Exporter {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** That stood in the entry, without "#". */
  readonly comments?: readonly string[];
}
const exporterType = "prometheus_remote_write";

/** What Prometheus does of itself: names as they are, no series beside those scraped, and for as long as it takes. */
const asPrometheus = {
  add_metric_suffixes: false,
  target_info: { enabled: false },
  disable_scope_info: true,
};

/** Keys without an equivalent, and what is to be said of them. */
const missing: Readonly<Record<string, string>> = {
  write_relabel_configs: "no processor for it exists yet; metric_relabel_configs of the jobs can do the same",
  sigv4: "the extension sigv4auth does not exist yet",
  azuread: "there is no extension for it",
  google_iam: "there is no extension for it",
  oauth2: "there is no extension for it yet",
  no_proxy: "set NO_PROXY in the environment, without proxy_url",
  proxy_connect_header: "the exporter's client has no such key",
  round_robin_dns: "the exporter's client has no such key",
};
/** Keys that ask for what the exporter does anyway, when they have this value. */
const asEver: Readonly<Record<string, unknown>> = {
  follow_redirects: true,
  proxy_from_environment: true,
  send_exemplars: false,
  send_native_histograms: false,
  round_robin_dns: false,
  protobuf_message: "prometheus.WriteRequest",
};
const known = new Set(
  "url name remote_timeout headers http_headers basic_auth authorization bearer_token bearer_token_file tls_config proxy_url enable_http2 queue_config metadata_config".split(
    " ",
  ),
);

/** Converts `remote_write`; `taken` has the ids that are in use. Tells of what has no equivalent. */
export function convertRemoteWrite(node: Located, taken: Set<string>, notes: Note[]): readonly Exporter[] {
  if (node.kind !== "list") {
    if (node.kind !== "scalar" || node.value !== null) {
      notes.push({ place: node.place, message: "remote_write: found no list, so nothing of it was taken" });
    }
    return [];
  }
  return node.items.flatMap((item, index) => {
    if (item.kind === "map") return [convertEntry(item, taken, notes)];
    notes.push({ place: item.place, message: `remote_write::${index}: found no map, so nothing of it was taken` });
    return [];
  });
}

function convertEntry(map: LocatedMap, taken: Set<string>, notes: Note[]): Exporter {
  const plain = toPlain(map) as Readonly<Record<string, unknown>>;
  const leaveOut: Entry["leaveOut"] = (path, reason) => {
    notes.push({ place: find(map, path, map.place).place, message: `remote_write: ${path.join("::")}: ${reason}` });
  };
  const entry = { map, plain, leaveOut };
  for (const [key, value] of Object.entries(plain)) {
    if (known.has(key) || value === null || (Object.hasOwn(asEver, key) && asEver[key] === value)) continue;
    leaveOut([key], missing[key] ?? `the exporter ${exporterType} has no such key`);
  }
  return { id: freeId(plain.name, taken), body: bodyOf(entry) };
}

function bodyOf(entry: Entry): Exporter["body"] {
  const { plain, leaveOut } = entry;
  const { url, remote_timeout, proxy_url, enable_http2, metadata_config } = plain;
  if (typeof url !== "string") leaveOut(["url"], "found none; the endpoint is a placeholder");
  const headers = { ...headersOf(entry), ...convertAuth(entry) };
  const tls = convertTls(entry);
  const metadata = section(metadata_config);
  for (const key of ["send_interval", "max_samples_per_send"]) {
    if (metadata[key] !== undefined)
      leaveOut(["metadata_config", key], "metadata is sent when first seen and each minute");
  }
  return {
    endpoint: typeof url === "string" ? url : placeholder,
    timeout: goDuration(remote_timeout) ?? "30s",
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(Object.keys(tls).length > 0 && { tls }),
    ...(typeof proxy_url === "string" && proxy_url !== "" && { proxy_url }),
    ...(enable_http2 === false && { force_attempt_http2: false }),
    ...queueOf(entry),
    ...asPrometheus,
    send_metadata: metadata.send !== false,
  };
}

/** Where nothing says where to. */
export const placeholder = "http://localhost:9090/api/v1/write";
/** What an endpoint given on the command line becomes. */
export function exporterFor(endpoint: string, taken: Set<string>): Exporter {
  const retry_on_failure = { max_elapsed_time: "0s" };
  const body = { endpoint, timeout: "30s", retry_on_failure, ...asPrometheus, send_metadata: true };
  return { id: freeId(undefined, taken), body };
}

/** Prometheus counts samples, in each of its shards; it tries as long as it must. */
function queueOf({ plain, leaveOut }: Entry): Exporter["body"] {
  const queue = section(plain.queue_config);
  const { capacity, max_shards, min_backoff, max_backoff, sample_age_limit } = queue;
  const handled = new Set([
    "capacity",
    "max_shards",
    "min_backoff",
    "max_backoff",
    "sample_age_limit",
    "retry_on_http_429",
  ]);
  for (const [key, value] of Object.entries(queue)) {
    if (value === null || handled.has(key)) continue;
    leaveOut(["queue_config", key], "requests are made of what a scrape brings, and sent at once");
  }
  if (queue.retry_on_http_429 === false) leaveOut(["queue_config", "retry_on_http_429"], "429 is always tried again");
  const shards = typeof max_shards === "number" ? max_shards : undefined;
  const sending_queue = {
    ...(shards !== undefined && { num_consumers: shards }),
    ...(typeof capacity === "number" && { queue_size: capacity * (shards ?? 50), sizer: "items" }),
  };
  const retry_on_failure = {
    initial_interval: goDuration(min_backoff) ?? "30ms",
    max_interval: goDuration(max_backoff) ?? "5s",
    // 0s: without end.
    max_elapsed_time: goDuration(sample_age_limit) ?? "0s",
  };
  return { ...(Object.keys(sending_queue).length > 0 && { sending_queue }), retry_on_failure };
}

function goDuration(value: unknown): string | undefined {
  const ms = typeof value === "string" ? parsePrometheusDuration(value) : undefined;
  return ms === undefined ? undefined : formatGoDuration(ms);
}

function freeId(name: unknown, taken: Set<string>): string {
  const plain =
    typeof name === "string" || typeof name === "number" ? String(name).replaceAll(/[\p{Z}\p{C}\p{S}:]+/gu, "_") : "";
  for (let number = 1; ; number++) {
    const end = [plain, number === 1 ? "" : String(number)].filter((part) => part !== "").join("_");
    const id = end === "" ? exporterType : `${exporterType}/${end}`;
    if (taken.has(id)) continue;
    taken.add(id);
    return id;
  }
}
