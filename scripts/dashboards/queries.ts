/** PromQL over the collector's own metrics, under whichever names they arrive. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cellsOf } from "../markdown.ts";
import { root } from "../packages.ts";

const unitWords: Readonly<Record<string, string>> = { By: "bytes", s: "seconds" };

/** Each of the collector's own metrics, to all the names that a backend may have it under; the first one is that of its page. */
export const ownMetrics: ReadonlyMap<string, readonly string[]> = new Map(
  readFileSync(join(root, "docs/own-metrics.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => {
      const [name = "", type = "", unit = ""] = cellsOf(line).map((cell) => cell.replaceAll("`", ""));
      return [name, namesOf(name, type, unit)];
    }),
);

/** As its page has it; as remote write names what was scraped there, where a unit is not known; and with unit and type, as OTLP has it. */
function namesOf(name: string, type: string, unit: string): readonly string[] {
  const words = name.split("_");
  const word = unitWords[unit];
  const withUnit = word === undefined || words.includes(word) ? words : [...words, word];
  const withType = (own: readonly string[]): readonly string[] =>
    type === "counter" ? [...own.filter((one) => one !== "total"), "total"] : own;
  return [...new Set([words, withType(words), withType(withUnit)].map((own) => own.join("_")))];
}

function everyName(name: string): readonly string[] {
  const names = ownMetrics.get(name);
  if (names === undefined) throw new Error(`cannot find the metric "${name}" in docs/own-metrics.md`);
  return names;
}

/** A metric's value, whatever its name; to be put in parentheses. `behind` follows each selector: "offset 10m". */
export function read(name: string, labels = "", behind = ""): string {
  return everyName(name)
    .map((one) => `${one}${inBraces(labels)}${behind === "" ? "" : ` ${behind}`}`)
    .join(" or ");
}

/** A function of a metric over a window, whatever its name; to be put in parentheses. */
export function over(fn: string, window: string, name: string, labels = ""): string {
  return everyName(name)
    .map((one) => `${fn}(${one}${inBraces(labels)}[${window}])`)
    .join(" or ");
}

/** What it grows a second, over a window that fits the resolution of the panel; to be put in parentheses. */
export function rate(name: string, labels = ""): string {
  return over("rate", "$__rate_interval", name, labels);
}

function inBraces(labels: string): string {
  return labels === "" ? "" : `{${labels}}`;
}
