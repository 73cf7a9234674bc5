/** A slow and plain reading of pages, against which the fast one is compared, and pages that change at random. */
import { formatFloat } from "@sluice/lib-prometheus";

/** What one page means: by series, told apart as the receiver must (by name, labels, and what decides the exported name). */
export type PlainPage = Map<string, number>;

/** Reads a page of the text format whose lines are `# TYPE`, `# HELP` and `name{a="b"} value`, from its beginning, by hand. */
export function readPlain(page: string): { samples: PlainPage; duplicates: number; scraped: number } {
  const types = new Map<string, { type: string; help: string }>();
  const samples: PlainPage = new Map();
  let duplicates = 0;
  let scraped = 0;
  const seen = new Set<string>();
  for (const line of page.split("\n")) {
    const declared = /^# (TYPE|HELP) (\S+) (.*)$/.exec(line);
    if (declared !== null) {
      const [, which, name, text] = declared as unknown as [string, string, string, string];
      const before = types.get(name) ?? { type: "unknown", help: "" };
      const type = text === "untyped" ? "unknown" : text;
      types.set(name, which === "TYPE" ? { ...before, type } : { ...before, help: text });
      continue;
    }
    const sample = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (sample === null) continue;
    scraped++;
    const [, name, labelText = "", value] = sample as unknown as [string, string, string | undefined, string];
    const labels = new Map([...labelText.matchAll(/(\w+)="([^"]*)"/g)].map((match) => [match[1]!, match[2]!]));
    const identity = identityOf(name, labels, types);
    if (seen.has(identity)) {
      duplicates++;
      continue;
    }
    seen.add(identity);
    samples.set(identity, Number(value));
  }
  return { samples, duplicates, scraped };
}

function identityOf(
  name: string,
  labels: Map<string, string>,
  types: ReadonlyMap<string, { type: string; help: string }>,
): string {
  const base = name.replace(/_(?:bucket|count|sum|total|info|created)$/, "");
  const own = types.get(name);
  const type = (own ?? types.get(base))?.type ?? "none";
  const suffix = own === undefined ? name.slice(base.length) : "";
  const float = type === "histogram" ? "le" : type === "summary" ? "quantile" : "";
  const bound = labels.get(float);
  const number =
    bound === undefined || bound === "" ? Number.NaN : bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound);
  let as = "unknown";
  if (type === "histogram" && suffix === "_bucket" && !Number.isNaN(number)) as = type;
  else if (type === "summary" && own !== undefined && Number.isFinite(number)) as = type;
  else if (float !== "" && /^_(?:sum|count)$/.test(suffix) && bound === undefined) as = type;
  else if (type === "counter" && (own !== undefined || suffix === "_total")) as = type;
  else if (type === "gauge" && own !== undefined) as = type;
  if (as === "histogram" || as === "summary") if (bound !== undefined) labels.set(float, formatFloat(number));
  if (as === "unknown" && bound !== undefined && !Number.isNaN(number)) labels.set(float, openMetricsText(number));
  const text = [...labels]
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}="${value}"`);
  return `${name}{${text.join(",")}} ${as}`;
}
function openMetricsText(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : formatFloat(value);
}

/** A page under change. */
export interface Model {
  readonly blocks: Block[];
  counter: number;
}
interface Block {
  readonly name: string;
  type: string | undefined;
  help: string | undefined;
  /** The TYPE line stands behind this many samples. */
  typeAfter: number;
  /** Declared once more at the end of the page, with a sample behind it. */
  again: string | undefined;
  readonly lines: string[];
}
const TYPES = [undefined, "counter", "gauge", "histogram", "summary", "untyped"];

/** A page to begin with. */
export function startModel(): Model {
  const model: Model = { blocks: [], counter: 0 };
  for (let i = 0; i < 5; i++) addBlock(model, i);
  return model;
}
function addBlock(model: Model, kind: number): void {
  const name = `m${model.counter++}`;
  const type = TYPES[kind % TYPES.length];
  const block: Block = {
    name,
    type,
    help: kind % 3 === 0 ? undefined : "Help.",
    typeAfter: 0,
    again: undefined,
    lines: [],
  };
  model.blocks.push(block);
  for (let i = 0; i < 3; i++) addLines(model, block, i);
}
function addLines(model: Model, { name, type, lines }: Block, kind: number): void {
  const id = `id="${model.counter++ % 7}"`;
  if (type === "histogram" && kind % 4 !== 3) {
    for (const le of ["0.5", "1", "2.0", "1e1", "+Inf"]) lines.push(`${name}_bucket{${id},le="${le}"}`);
    lines.push(`${name}_sum{${id}}`, `${name}_count{${id}}`);
  } else if (type === "summary" && kind % 4 !== 3) {
    lines.push(
      `${name}{${id},quantile="0.9"}`,
      `${name}{quantile="0.99",${id}}`,
      `${name}_sum{${id}}`,
      `${name}_count{${id}}`,
    );
  } else if (kind % 5 === 4) {
    lines.push(
      `${name}_bucket{${id},le="x"}`,
      `${name}_created{${id}}`,
      `${name}_total{${id}}`,
      `${name}_count{${id},le="1"}`,
    );
  } else
    lines.push(type === "counter" && kind % 2 === 0 ? `${name}_total{${id}}` : `${name}{${id}}`, `${name}{${id},b=""}`);
}

/** Changes a page; `a` and `b` choose what. */
export function change(model: Model, kind: number, a: number, b: number): void {
  const block = model.blocks[a % Math.max(1, model.blocks.length)];
  if (block === undefined) {
    addBlock(model, a);
    return;
  }
  const { lines } = block;
  const line = b % Math.max(1, lines.length);
  const other = (a * 7 + b) % Math.max(1, lines.length);
  switch (kind % 13) {
    case 0:
      addBlock(model, b);
      return;
    case 1:
      addLines(model, block, b);
      return;
    case 2:
    case 3:
      lines.splice(line, 1 + (a % 3));
      return;
    case 4:
      model.blocks.splice(a % model.blocks.length, 1);
      return;
    case 5:
      block.type = TYPES[b % TYPES.length];
      return;
    case 6:
      block.help = b % 2 === 0 ? undefined : `Help ${b % 3}.`;
      return;
    case 7:
      block.typeAfter = b % 3;
      return;
    case 8:
      if (lines.length > 1) [lines[line], lines[other]] = [lines[other]!, lines[line]!];
      return;
    case 9:
      model.blocks.splice(b % model.blocks.length, 0, ...model.blocks.splice(a % model.blocks.length, 1));
      return;
    case 10:
      if (lines.length > 0) lines.splice(other, 0, lines[line]!);
      return;
    case 11:
      block.again = TYPES[b % TYPES.length];
      return;
    default:
      lines.reverse();
  }
}

/** The page as text, with values that depend on `round`. */
export function textOf(model: Model, round: number): string {
  let value = round * 1000;
  const out: string[] = [];
  for (const { name, type, help, typeAfter, lines } of model.blocks) {
    if (help !== undefined) out.push(`# HELP ${name} ${help}`);
    if (round % 4 === 3) out.push("# a comment");
    for (const [index, line] of lines.entries()) {
      if (type !== undefined && index === typeAfter) out.push(`# TYPE ${name} ${type}`);
      out.push(`${line} ${value++}`);
    }
  }
  for (const { name, again } of model.blocks) {
    if (again !== undefined)
      out.push(`# TYPE ${name} ${again}`, `${name}_count{late="1"} ${value++}`, `${name}{late="1"} ${value++}`);
  }
  return `${out.join("\n")}\n`;
}
