/** The case with rules, external labels and processors: what collectors are told, and what each line must be afterwards. */
import type { Line } from "./page.ts";

const dropped = "inventory_0002_connection_pool_idle_connections";

/** Three rules of a scrape job. */
export const rules: readonly object[] = [
  { source_labels: ["method", "code"], separator: " ", target_label: "method_code" },
  { regex: "container", action: "labeldrop" },
  { source_labels: ["__name__"], regex: "go_.*|python_.*", action: "drop" },
];

export const externalLabels: Readonly<Record<string, string>> = { cluster: "production-1", region: "eu-central-1" };

/** The two processors, in the order of the pipeline; keys are upstream's. */
export const processors = {
  filter: { metrics: { metric: [`name == "${dropped}"`], datapoint: [`attributes["code"] == "599"`] } },
  attributes: {
    actions: [
      { key: "team", value: "platform", action: "insert" },
      { key: "namespace", action: "delete" },
    ],
  },
} as const;

/** What the processors do, as rules, for collectors that have none. */
export const processorsAsRules: readonly object[] = [
  { source_labels: ["__name__"], regex: dropped, action: "drop" },
  { source_labels: ["code"], regex: "599", action: "drop" },
  { target_label: "team", replacement: "platform" },
  { regex: "namespace", action: "labeldrop" },
];

/** The labels that a line must have when all that was done to it; undefined when it must not be there. Sorted. */
export function processedLabels(line: Line): readonly (readonly [name: string, value: string])[] | undefined {
  if (line.name === dropped) return undefined;
  const labels = new Map(line.labels);
  const added = { method_code: `${labels.get("method")} ${labels.get("code")}`, team: "platform", ...externalLabels };
  labels.delete("container");
  labels.delete("namespace");
  for (const [name, value] of Object.entries(added)) labels.set(name, value);
  return [...labels].sort(([left], [right]) => (left < right ? -1 : 1));
}
