/** Which ledger holds a load against its pages. */
import { createFreshLedger } from "./fresh-ledger.ts";
import type { Ledger } from "./ledger.ts";
import { createLedger } from "./ledger.ts";
import type { Load } from "./load.ts";
import { type PageOptions, pageLines } from "./page.ts";
import { processedLabels } from "./processing.ts";

/** A ledger for the pages of a load. */
export function openBooks(load: Load, page: PageOptions): Ledger {
  if (load.churn === 1) return createFreshLedger(page, load.targets);
  return createLedger(page, load.targets, load.processed ? processedLabels : undefined);
}

/** Samples that must arrive of each page. */
export function samplesPerPage(load: Load): number {
  if (!load.processed) return load.series;
  return pageLines(load.series).filter((line) => processedLabels(line) !== undefined).length;
}
