/** What the tests of a sender's cases share: points, one request made of them, and what holds for every request. */
import { batchOf, type Exemplar, type MetricsPart } from "@sluice/data";
import { metricsBatch, type PointSpec } from "@sluice/testkit";
import { expect, test } from "vitest";
import { type Received, resource, setUp } from "./exporter.testing.ts";
import type { WriteVersion } from "./version.ts";

export const now = 1_767_225_600_000;
export const messages = { "1.0": "prometheus.WriteRequest", "2.0": "io.prometheus.write.v2.Request" } as const;
export type Series = Received["timeseries"][number];

/** Sends points as one scrape gives them, and hands on the request. */
export async function sent(version: WriteVersion, points: readonly PointSpec[], more: Sent = {}): Promise<Received> {
  const yaml = `protobuf_message: ${messages[version]}\n${more.yaml ?? "target_info: { enabled: false }"}`;
  const { sim, consume, instance, requests } = await setUp(yaml);
  const batch = metricsBatch(points, { resource, timeMs: now, ...more });
  const part = batch.parts[0] as MetricsPart;
  await consume(batchOf("metrics", [{ ...part, ...more.part }]));
  await sim.run(instance.shutdown!());
  for (const request of requests) holds(request);
  return requests[0]!;
}
export interface Sent {
  readonly yaml?: string;
  readonly startMs?: number;
  readonly timeMs?: number;
  readonly part?: Partial<MetricsPart>;
}

/** What holds for every request. */
function holds({ version, symbols, timeseries, headers }: Received): void {
  expect(headers["content-encoding"]).toBe("snappy");
  expect(timeseries.length).toBeGreaterThan(0);
  for (const { labels, samples, histograms } of timeseries) {
    const names = labels.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
    expect(names).toContain("__name__");
    for (const { name, value } of labels) {
      expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
      expect(value).not.toBe("");
      if (name === "__name__") expect(value).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
    }
    expect(Math.min(samples.length, histograms.length)).toBe(0);
    expect(samples.length + histograms.length).toBeGreaterThan(0);
  }
  if (version === "1.0") expect(symbols).toEqual([]);
  else {
    expect(symbols[0]).toBe("");
    expect(new Set(symbols).size).toBe(symbols.length);
  }
}

export const nameOf = ({ labels }: Series) => labels.find(({ name }) => name === "__name__")!.value;
export const labelOf = ({ labels }: Series, name: string) => labels.find((label) => label.name === name)?.value;
export const doubleOf = ({ value: { high, low } }: Pick<Series["samples"][number], "value">): number => {
  const view = new DataView(new ArrayBuffer(8));
  view.setInt32(0, high);
  view.setInt32(4, low);
  return view.getFloat64(0);
};
export const valuesOf = ({ timeseries }: Received) => timeseries.flatMap(({ samples }) => samples.map(doubleOf));
export const g = (value: number, attributes: Record<string, string> = {}): PointSpec => ({
  name: "m",
  value,
  attributes,
});
export const c = (name: string, more: Partial<PointSpec> = {}): PointSpec => ({
  name,
  kind: "sum",
  value: 5,
  help: "Help.",
  ...more,
});
export const histogram: PointSpec = { name: "h", histogram: { bounds: [1], counts: [1, 2], sum: 3 }, help: "H." };
export const summary: PointSpec = {
  name: "s",
  summary: { quantiles: { 0.5: 1, 0.9: 2 }, sum: 3, count: 4 },
  help: "S.",
};
export const side = (offset: number, ...counts: number[]) => ({ offset, counts: Float64Array.from(counts) });
export const point = {
  scale: 2,
  count: 10,
  sum: 5,
  zeroCount: 1,
  zeroThreshold: 0.001,
  min: undefined,
  max: undefined,
};
export const native: PointSpec = {
  name: "n",
  help: "N.",
  exponential: { ...point, positive: side(-2, 1, 2, 0, 0, 0, 3), negative: side(4, 3) },
};
export const exemplar = (more: Partial<Exemplar> = {}): Exemplar => ({
  slot: 0,
  value: 0.5,
  int: undefined,
  ms: now - 1,
  ns: 0,
  traceId: undefined,
  spanId: undefined,
  attributes: [],
  ...more,
});
export const withExemplars = (...list: Exemplar[]): Sent => ({ part: { exemplars: new Map([[0, list]]) } });
export const typesOf = ({ timeseries }: Received) =>
  timeseries.map((each) => `${nameOf(each)} ${each.metadata?.type} ${each.metadata?.help}`);

export type Check = (version: WriteVersion) => Promise<void>;
/** Each case in both versions. */
export function both(cases: Record<string, Check>): void {
  for (const [name, check] of Object.entries(cases)) {
    for (const version of ["1.0", "2.0"] as const) test(`${name} ${version}`, () => check(version));
  }
}
/** What only 2.0 has. */
export function only2(cases: Record<string, () => Promise<void>>): void {
  for (const [name, check] of Object.entries(cases)) test(`${name} 2.0`, check);
}
