import type { Counter } from "@sluice/component";

/** Why a slot passed without a scrape: the one before was still fetching or being handed on, the tick came too late, the collector stops. */
export type SkipReason = "scraping" | "pipeline" | "late" | "shutdown";

/** Books each slot (a tick of a target's schedule) of a job's targets once, as what became of it. */
export interface SlotLedger {
  scraped(): void;
  /** The scrape was tried, and the target is down. */
  failed(): void;
  skipped(reason: SkipReason, slots?: number): void;
}

/** The ledger of one job, kept in a counter with the labels `scrape_job`, `outcome` and, of what was skipped, `reason`. */
export function createSlotLedger(counter: Counter, job: string): SlotLedger {
  const scraped = { scrape_job: job, outcome: "scraped" };
  const failed = { scrape_job: job, outcome: "failed" };
  counter.add(0, scraped);
  counter.add(0, failed);
  return {
    scraped: () => counter.add(1, scraped),
    failed: () => counter.add(1, failed),
    skipped: (reason, slots = 1) => counter.add(slots, { scrape_job: job, outcome: "skipped", reason }),
  };
}
