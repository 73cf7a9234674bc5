/** What tests of pages share. */
import type { MetricsPart } from "@sluice/data";
import { compileRelabel, type PageFamily, type PageFormat, protobufPage } from "@sluice/lib-prometheus";
import { type PageResult, type PageSettings, TargetPage } from "./page.ts";
import type { ScrapeFormat } from "./page-formats.ts";
import { samplesOf, shortSeries } from "./scraping.testing.ts";
import { SharedWords } from "./shared-words.ts";

/** The page of a target without labels but job and instance. */
export function targetPage(
  settings: Partial<Omit<PageSettings, "rules">> & { readonly rules?: Partial<PageSettings["rules"]> } = {},
): TargetPage {
  return new TargetPage({ ...pageSettings, ...settings, rules: { ...pageSettings.rules, ...settings.rules } });
}
const pageSettings: PageSettings = {
  identity: { job: "test", instance: "target:80", scheme: "http", discovered: new Map() },
  rules: {
    targetLabels: new Map([
      ["job", "test"],
      ["instance", "target:80"],
    ]),
    honorLabels: false,
    relabel: compileRelabel([]),
    externalLabels: new Map(),
    limits: { label_limit: 0, label_name_length_limit: 0, label_value_length_limit: 0 },
    nameScheme: "utf8",
  },
  words: new SharedWords(false, "1.0.0"),
  seed: 1,
  order: {},
  honorTimestamps: true,
  sampleLimit: 0,
  trackTimestampsStaleness: false,
  slack: 1024,
  histograms: { native: false, classic: false, custom: false, bucketLimit: 0, maxSchema: 8 },
  takesCreated: false,
};

export function read(page: TargetPage, text: string, scrapeMs: number, format: PageFormat = "text"): PageResult {
  // A Buffer, as bodies are: its `slice` is a view.
  return readBytes(page, Buffer.from(text), format, scrapeMs);
}
function readBytes(page: TargetPage, bytes: Uint8Array, format: ScrapeFormat, scrapeMs: number): PageResult {
  const result = page.read(bytes, bytes.length, format, scrapeMs);
  page.taken();
  return result;
}
/** The target fails; what that gives is taken. */
export function fail(page: TargetPage, timeMs: number, others?: ReadonlySet<string>): MetricsPart[] {
  const parts = page.fail(timeMs, others);
  page.taken();
  return parts;
}
/** Reads a page in protobuf. */
export function readFamilies(page: TargetPage, families: readonly PageFamily[], scrapeMs: number): PageResult {
  return readBytes(page, protobufPage(families), "protobuf", scrapeMs);
}

/** What a part says of each series, told apart by what decides its exported name. */
export function identitiesOf(part: MetricsPart): { identity: string; value: number | "stale" }[] {
  const { catalog, ids } = part.layout;
  const rows = part.rows ?? Int32Array.from(ids, (_, row) => row);
  const found: { identity: string; value: number | "stale" }[] = [];
  for (const row of rows) {
    const metric = catalog.metric(ids[row]!);
    const as = metric.metadata[0]?.value as string;
    for (const { series, value } of samplesOf({ ...part, rows: Int32Array.of(row) })) {
      const short = shortSeries(series);
      found.push({ identity: `${short.includes("{") ? short : `${short}{}`} ${as}`, value });
    }
  }
  return found;
}
