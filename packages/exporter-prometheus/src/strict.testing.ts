/** What a validator of OpenMetrics 1.0 would say of a page, and more: what no page of ours has. */
import { parsePage, type Sample } from "@sluice/lib-prometheus";

const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total", "_created"],
  histogram: ["_bucket", "_count", "_sum", "_created"],
  summary: ["", "_count", "_sum", "_created"],
  gauge: [""],
  unknown: [""],
};

/** The first thing wrong with the page, undefined when nothing is. */
export function strictProblem(page: string): string | undefined {
  const lines = page.split("\n");
  const body = lines.slice(0, lines.lastIndexOf("# EOF"));
  if (lines.some((line) => line.startsWith("# UNIT "))) return "a unit";
  const metadata = lines
    .filter((line) => line.startsWith("# ") && line !== "# EOF")
    .map((line) => line.split(" ", 3).join(" "));
  if (new Set(metadata).size < metadata.length) return "metadata twice";
  try {
    parsePage(page, "openmetrics");
  } catch (error) {
    return (error as Error).message;
  }
  const taken = new Set<string>();
  const seen = new Set<string>();
  for (const [index, block] of blocksOf(body).entries()) {
    const [family] = parsePage(`${block}# EOF\n`, "openmetrics");
    if (family === undefined) return `nothing in block ${index}`;
    if (seen.has(family.name)) return `${family.name} twice`;
    seen.add(family.name);
    const allowed = suffixes[family.type];
    if (allowed === undefined) return `type ${family.type}`;
    for (const suffix of new Set(["", ...allowed])) {
      if (taken.has(family.name + suffix)) return `${family.name}${suffix} clashes`;
      taken.add(family.name + suffix);
    }
    const problem = familyProblem(family.name, family.type, family.samples);
    if (problem !== undefined) return `${family.name}: ${problem}`;
  }
  return undefined;
}

/** The page cut before each family: in front of HELP, or of a TYPE without one. */
function blocksOf(lines: readonly string[]): string[] {
  const blocks: string[] = [];
  for (const [at, line] of lines.entries()) {
    const begins = line.startsWith("# HELP ") || (line.startsWith("# TYPE ") && !lines[at - 1]?.startsWith("# HELP "));
    if (begins || blocks.length === 0) blocks.push("");
    blocks.push(`${blocks.pop()}${line}\n`);
  }
  return blocks;
}

const byText = (a: readonly string[], b: readonly string[]): number => (a.join("=") < b.join("=") ? -1 : 1);

function familyProblem(name: string, type: string, samples: readonly Sample[]): string | undefined {
  const identities = new Set<string>();
  const groups: string[] = [];
  for (const sample of samples) {
    const suffix = sample.name.slice(name.length);
    if (!sample.name.startsWith(name) || !suffixes[type]!.includes(suffix)) return `sample ${sample.name}`;
    const problem = sampleProblem(type, suffix, sample);
    if (problem !== undefined) return problem;
    const labels = new Map(sample.labels);
    if (labels.size < sample.labels.length) return "a label twice";
    const identity = JSON.stringify([sample.name, [...labels].sort(byText)]);
    if (identities.has(identity)) return `${identity} twice`;
    identities.add(identity);
    labels.delete("le");
    labels.delete("quantile");
    const group = JSON.stringify([...labels].sort(byText));
    if (groups.at(-1) !== group && groups.includes(group)) return `${group} in two places`;
    groups.push(group);
  }
  if (type !== "histogram") return undefined;
  for (const group of new Set(groups)) {
    const problem = histogramProblem(
      samples.filter((_, at) => groups[at] === group),
      name,
    );
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function sampleProblem(type: string, suffix: string, { value, labels, exemplar }: Sample): string | undefined {
  if (["_total", "_sum", "_count", "_bucket"].includes(suffix) && !(value >= 0)) return `${suffix} of ${value}`;
  if ((suffix === "_bucket" || suffix === "_count") && !Number.isInteger(value)) return `${suffix} of ${value}`;
  const quantile = labels.find(([label]) => label === "quantile")?.[1];
  if (type === "summary" && suffix === "" && !(Number(quantile) >= 0 && Number(quantile) <= 1))
    return `quantile ${quantile}`;
  if (type === "summary" && suffix === "" && value < 0) return `quantile's value ${value}`;
  if (exemplar === undefined) return undefined;
  if (suffix !== "_total" && suffix !== "_bucket") return `exemplar of ${suffix}`;
  return [...exemplar.labels.flat().join("")].length > 128 ? "a long exemplar" : undefined;
}

function histogramProblem(samples: readonly Sample[], name: string): string | undefined {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) => labels.find(([label]) => label === "le")?.[1]);
  if (bounds.at(-1) !== "+Inf") return "no last bucket";
  const numbers = bounds.map((bound) => (bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound)));
  if (numbers.some((number, at) => at > 0 && !(number > numbers[at - 1]!))) return "buckets out of order";
  if (buckets.some(({ value }, at) => at > 0 && value < buckets[at - 1]!.value)) return "falling buckets";
  const find = (suffix: string) => samples.find((sample) => sample.name === name + suffix)?.value;
  if (find("_count") !== buckets.at(-1)!.value) return "a count that is not the last bucket";
  return find("_sum") !== undefined && numbers[0]! < 0 ? "a sum of negative observations" : undefined;
}
