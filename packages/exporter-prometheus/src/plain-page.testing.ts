/** The page the plain way: everything worked out anew for each point and each page. For comparison with the real one. */
import {
  type BatchOf,
  downscale,
  type ExponentialPoint,
  type Metric,
  type MetricsPart,
  msAt,
  nsAt,
  type Shape,
  slotOf,
  VALUE,
} from "@sluice/data";
import {
  formatFloatG,
  metricName,
  type Naming,
  pointLabels,
  resourceLabels,
  sortedLabels,
} from "@sluice/lib-prometheus";
import { formatNumber } from "./text-page.ts";

interface Point {
  readonly shape: Shape;
  readonly numbers: readonly number[];
  readonly ragged: ExponentialPoint | undefined;
  readonly at: bigint;
  readonly batch: number;
  /** The catalog and id that wrote it. */
  readonly writer: string;
}
interface Family {
  readonly type: string;
  readonly help: string;
  readonly points: Map<string, Point>;
}

const nanos = (times: MetricsPart["time"] | undefined, row: number): bigint =>
  times === undefined ? 0n : BigInt(msAt(times, row)) * 1_000_000n + BigInt(nsAt(times, row));
const quoted = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
const nameOf = (text: string, pattern: RegExp) => (pattern.test(text) ? text : quoted(text));
const metricPattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelPattern = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

interface World {
  readonly naming: Naming;
  readonly families: Map<string, Family>;
  readonly catalogs: Map<object, number>;
  batches: number;
}

/** A page that is kept the plain way, in UTF-8. Without `target_info` and points of which only some numbers are there. */
export function createPlainPage(naming: Naming) {
  const world: World = { naming, families: new Map(), catalogs: new Map(), batches: 0 };
  return {
    take(batch: BatchOf<"metrics">): void {
      world.batches++;
      for (const part of batch.parts as MetricsPart[]) {
        for (const row of part.rows ?? part.layout.ids.keys()) take(world, part, row);
      }
    },
    text: () => textOf(world.families),
  };
}

function typeOf({ kind, monotonic, metadata }: Metric): string {
  if (kind === "sum") return monotonic ? "counter" : "gauge";
  if (kind !== "gauge") return kind === "exponential" ? "histogram" : kind;
  return metadata.some(({ key, value }) => key === "prometheus.type" && value === "unknown") ? "untyped" : "gauge";
}

function sampleNames(name: string, type: string): string[] {
  const suffixes = { histogram: ["", "_bucket", "_sum", "_count"], summary: ["", "_sum", "_count"] }[type] ?? [""];
  return suffixes.map((suffix) => name + suffix);
}

/** The family's name and the labels of a row; undefined when it has none. */
function identityOf({ naming }: World, { layout: { catalog, ids } }: MetricsPart, row: number) {
  const id = ids[row]!;
  const metric = catalog.metric(id);
  const name = metricName(metric, naming.namespace, naming.strategy);
  const labels = pointLabels(metric, catalog.attributes(id), resourceLabels(catalog.resource, naming), naming);
  if (name === undefined || labels === undefined) return undefined;
  labels.delete("__name__");
  if (metric.kind === "histogram" || metric.kind === "exponential") labels.delete("le");
  if (metric.kind === "summary") labels.delete("quantile");
  const texts = sortedLabels(labels).map(([label, value]) => `${nameOf(label, labelPattern)}=${quoted(value)}`);
  return { name, key: texts.join(","), metric, shape: catalog.shape(id) };
}

function take(world: World, part: MetricsPart, row: number): void {
  const { layout, states, slots, ragged, time } = part;
  const identity = identityOf(world, part, row);
  if (identity === undefined) return;
  const { name, key, metric, shape } = identity;
  const { kind, temporality, monotonic } = metric;
  if (temporality === "none" && kind !== "gauge" && kind !== "summary") return;
  if (kind === "sum" && temporality === "delta" && !monotonic) return;
  const { families, catalogs, batches } = world;
  const at = nanos(time, row);
  const known = families.get(name)?.points.get(key);
  if (!catalogs.has(layout.catalog)) catalogs.set(layout.catalog, catalogs.size);
  const writer = `${catalogs.get(layout.catalog)}:${layout.ids[row]}`;
  const first = layout.at[row]!;
  const point = ragged?.get(row);
  const isGone = typeof states === "object" && shape.slots > 0 && states[first] !== VALUE;
  if (kind === "exponential" ? point === undefined : isGone) {
    if (known !== undefined && (known.writer === writer || at === 0n || at > known.at)) remove(families, name, key);
    return;
  }
  const given = [...slots.subarray(first, first + shape.slots)];
  if (isBroken(shape, given) || !hasRoom(families, name, typeOf(metric))) return;
  const start = nanos(part.start, row);
  const isDelta = temporality === "delta";
  if (known !== undefined && !follows(known, at, start, isDelta, batches)) return;
  const before = isDelta ? known : undefined;
  const same = before?.shape === shape ? before.numbers : undefined;
  const merged = point && before?.ragged ? added(before.ragged, point) : point;
  if ((point?.scale ?? 0) < -4 || (merged?.scale ?? 0) < -4) return;
  if (!families.has(name)) families.set(name, { type: typeOf(metric), help: metric.help, points: new Map() });
  const numbers = given.map((value, i) => (same === undefined ? value : same[i]! + value));
  families.get(name)!.points.set(key, { shape, numbers, ragged: merged, at, batch: batches, writer });
}

function remove(families: Map<string, Family>, name: string, key: string): void {
  const { points } = families.get(name)!;
  points.delete(key);
  if (points.size === 0) families.delete(name);
}

function isBroken(shape: Shape, given: readonly number[]): boolean {
  if (shape.kind !== "histogram") return false;
  const finite = given.slice(0, shape.bounds.length);
  const all = [0, ...finite, given[slotOf(shape, "inf")]!, given[slotOf(shape, "count")]!];
  return all.some((value, i) => !(value >= (all[i - 1] ?? 0) && value < 1 / 0));
}

function hasRoom(families: ReadonlyMap<string, Family>, name: string, type: string): boolean {
  const family = families.get(name);
  if (family !== undefined) return family.type === type;
  const taken = new Set([...families].flatMap(([other, { type: its }]) => sampleNames(other, its)));
  return !sampleNames(name, type).some((sample) => taken.has(sample));
}

function follows(known: Point, at: bigint, start: bigint, isDelta: boolean, batch: number): boolean {
  if (at === known.at && known.batch === batch) return false;
  if (at !== 0n && at < known.at) return false;
  return !(isDelta && start !== 0n && start < known.at);
}

function textOf(families: ReadonlyMap<string, Family>): string {
  let page = "";
  for (const [name, { type, help, points }] of [...families].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const shown = nameOf(name, metricPattern);
    if (help !== "") page += `# HELP ${shown} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n`;
    page += `# TYPE ${shown} ${type}\n`;
    for (const [key, point] of [...points].sort(([a], [b]) => (a < b ? -1 : 1))) {
      for (const [suffix, extra, value] of lines(point)) {
        const full = name + suffix;
        const plain = metricPattern.test(full);
        const inside = [plain ? "" : quoted(full), key, extra].filter((piece) => piece !== "").join(",");
        page += `${plain ? full : ""}${inside === "" ? "" : `{${inside}}`} ${formatNumber(value)}\n`;
      }
    }
  }
  return page;
}

function lines({ shape, numbers, ragged }: Point): [string, string, number][] {
  if (ragged !== undefined) {
    const sum: [string, string, number][] = ragged.sum === undefined ? [] : [["_sum", "", ragged.sum]];
    return [["_bucket", 'le="+Inf"', ragged.count], ...sum, ["_count", "", ragged.count]];
  }
  if (shape.kind !== "histogram" && shape.kind !== "summary") return [["", "", numbers[0]!]];
  const isHistogram = shape.kind === "histogram";
  const count = numbers[slotOf(shape, "count")]!;
  const result = [...shape.bounds].map((bound, i): [string, string, number] =>
    isHistogram
      ? ["_bucket", `le="${formatFloatG(bound)}"`, numbers[i]!]
      : ["", `quantile="${formatFloatG(bound)}"`, numbers[i]!],
  );
  if (isHistogram) result.push(["_bucket", 'le="+Inf"', count]);
  if (shape.sum) result.push(["_sum", "", numbers[slotOf(shape, "sum")]!]);
  result.push(["_count", "", count]);
  return result;
}

/** Bucket by bucket, through a map. */
function added(a: ExponentialPoint, b: ExponentialPoint): ExponentialPoint {
  let scale = Math.min(a.scale, b.scale);
  for (;;) {
    const sides = (["positive", "negative"] as const).map((side) => {
      const counts = new Map<number, number>();
      for (const point of [a, b]) {
        const { offset, counts: own } = downscale(point, point.scale - scale)[side];
        for (const [i, value] of own.entries()) counts.set(offset + i, (counts.get(offset + i) ?? 0) + value);
      }
      const first = counts.size === 0 ? 0 : Math.min(...counts.keys());
      const length = counts.size === 0 ? 0 : Math.max(...counts.keys()) - first + 1;
      return { offset: first, counts: Float64Array.from({ length }, (_, i) => counts.get(first + i) ?? 0) };
    });
    const [positive, negative] = sides as [ExponentialPoint["positive"], ExponentialPoint["positive"]];
    if (Math.max(positive.counts.length, negative.counts.length) <= 4096) {
      const sum = a.sum === undefined || b.sum === undefined ? undefined : a.sum + b.sum;
      return { ...b, scale, sum, count: a.count + b.count, positive, negative };
    }
    scale--;
  }
}
