import { isSeq, type Node, visit } from "yaml";
import { formatPosition } from "../../config/origin.ts";
import { formatYaml, fromPlain } from "../../config/yaml-text.ts";
import { toReferences } from "./dollars.ts";
import { convertRemoteWrite, type Exporter, exporterFor, placeholder } from "./remote-write.ts";
import { type Edit, outerComments, sliceText } from "./slice.ts";
import type { Note, Source, YamlPair } from "./source.ts";
import { isVmagent, rewriteVmagent } from "./vmagent.ts";

/** Whose file it is. */
export type Dialect = "prometheus" | "vmagent";
export interface Conversion {
  readonly yaml: string;
  /** What the configuration does not do, or not as before; in the order of the file. */
  readonly notes: readonly Note[];
}

const kept = ["global", "scrape_configs", "scrape_config_files"];
const dropped: Readonly<Record<string, string>> = {
  rule_files: "a collector evaluates no rules; keep them in the backend",
  alerting: "a collector sends no alerts; keep them in the backend",
  remote_read: "a collector answers no queries",
  storage: "a collector keeps no series",
  tracing: "use service::telemetry::traces",
  otlp: "use a receiver for OTLP",
  runtime: "settings of the Go runtime have no effect",
};

/** Which of the two a file is for; what both understand counts as Prometheus'. */
export function detect(source: Source): Dialect {
  return isVmagent(source) ? "vmagent" : "prometheus";
}

/** Makes a collector's configuration of a scraper's; `endpoints` are further remote-write URLs. */
export function convertSource(
  source: Source,
  from: Dialect,
  command: string,
  endpoints: readonly string[],
): Conversion {
  const vmagent = from === "vmagent" ? rewriteVmagent(source) : { edits: [], notes: [] };
  const notes: Note[] = [...vmagent.notes];
  const taken = new Set<string>();
  const exporters: Exporter[] = [];
  for (const { key, place, pair } of source.pairs) {
    const value = source.root.entries.get(key)?.value;
    const isNothing = value?.kind === "scalar" && value.value === null;
    if (kept.includes(key) || value === undefined || isNothing) continue;
    if (key === "remote_write") exporters.push(...withComments(convertRemoteWrite(value, taken, notes), pair));
    else notes.push({ place, message: `${key}: ${dropped[key] ?? "there is no such key"}` });
  }
  exporters.push(...endpoints.map((endpoint) => exporterFor(endpoint, taken)));
  const whole = { source: source.name, line: 1, column: 1 };
  if (exporters.length === 0) {
    exporters.push(exporterFor(placeholder, taken));
    const where = from === "vmagent" ? "vmagent has its remote write on the command line" : "found no remote_write";
    notes.push({ place: whole, message: `${where}; the endpoint is a placeholder, give --remote-write-url` });
  }
  if (!source.pairs.some(({ key }) => key.startsWith("scrape_config"))) {
    notes.push({ place: whole, message: "found no scrape_configs: there is nothing to scrape" });
  }
  notes.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  return { yaml: assemble(source, exporters, notes, { edits: vmagent.edits, command, endpoints }), notes };
}

export function formatNote({ place, message }: Note): string {
  return `${formatPosition(place)}: ${message}`.replaceAll(/\p{Cc}/gu, " ");
}

interface Making {
  readonly edits: readonly Edit[];
  readonly command: string;
  /** As given: they may hold references. */
  readonly endpoints: readonly string[];
}

function assemble(source: Source, exporters: readonly Exporter[], notes: readonly Note[], making: Making): string {
  const pairs = source.pairs.filter(({ key }) => kept.includes(key));
  const slice = sliceText(source, pairs, making.edits, "      ");
  const body = slice.trim() === "" ? "    config: {}\n" : `    config:\n${slice}`;
  const told = notes.map((note) => `#   ${formatNote(note)}\n`).join("");
  const ids = exporters.map(({ id }) => id);
  const { above, below } = outerComments(source);
  const parts = [
    `# Made of ${source.name.replaceAll(/\p{Cc}/gu, " ")} by "${making.command} convert".\n`,
    told === "" ? "" : `# Not carried over, or not the same:\n${told}`,
    "\n",
    above === "" ? "" : `${above}\n`,
    `receivers:\n  prometheus:\n${body}`,
    `exporters:\n${exporters.map((exporter) => exporterText(exporter, making.endpoints)).join("")}`,
    `service:\n  pipelines:\n    metrics:\n      receivers: [prometheus]\n      exporters: [${ids.join(", ")}]\n`,
    below,
  ];
  return toReferences(parts.join(""));
}

/** Gives each exporter the comments that stood in its entry. */
function withComments(exporters: readonly Exporter[], { value }: YamlPair): readonly Exporter[] {
  if (!isSeq(value)) return exporters;
  const items = value.items as readonly Node[];
  // What stands above a list's first item is told of the list.
  const first = value.commentBefore?.split("\n") ?? [];
  return exporters.map((exporter, index) => {
    const item = items[index];
    const own = item === undefined ? [] : commentsIn(item);
    return { ...exporter, comments: index === 0 ? [...first, ...own] : own };
  });
}

function commentsIn(item: Node): readonly string[] {
  const comments: string[] = [];
  visit(item, {
    Node(_key, node) {
      for (const text of [node.commentBefore, node.comment]) if (text) comments.push(...text.split("\n"));
    },
  });
  return comments;
}

function exporterText({ id, body, comments = [] }: Exporter, endpoints: readonly string[]): string {
  const { endpoint, ...rest } = body as { readonly endpoint: string };
  const written = endpoints.includes(endpoint) ? JSON.stringify(endpoint) : formatYaml(fromPlain(endpoint)).trim();
  const text = formatYaml(fromPlain(rest)).replaceAll(/^(?: {4})+/gm, (margin) => " ".repeat(margin.length / 2));
  const above = comments.map((comment) => `    #${comment}\n`).join("");
  return `  ${id}:\n${above}    endpoint: ${written}\n${text.replaceAll(/^(?=.)/gm, "    ")}`;
}
