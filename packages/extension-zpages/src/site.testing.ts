import type { Host, Kind, Status } from "@sluice/component";
import { createContext } from "@sluice/testkit";
import type { Facts } from "./facts.ts";
import { answer } from "./site.ts";
import { createStatuses } from "./statuses.ts";

/** Pages of a collector that a test makes up. */
export interface Site {
  readonly facts: Facts;
  /** Reports a status, by default `ms` before the pages are made. */
  hear(kind: Kind, id: string, status: Status, error?: Error, ms?: number): void;
  /** The whole answer for a page. */
  ask(target: string, headers?: Readonly<Record<string, string>>, method?: string): ReturnType<typeof answer>;
  /** The body of a page. */
  page(target: string): string;
  /** The JSON of a page. */
  json(target: string): unknown;
}

export function createSite(host: Partial<Host> = {}, expvar = false): Site {
  const context = createContext({ kind: "extension", id: "zpages", host });
  const statuses = createStatuses();
  const facts = { context, statuses };
  const ask: Site["ask"] = (target, headers = {}, method = "GET") => answer({ method, target, headers }, facts, expvar);
  return {
    facts,
    hear: (kind, id, status, error, ms = 0) =>
      statuses.take({ kind, id, status, error, at: context.env.clock.now() - ms }),
    ask,
    page: (target) => String(ask(target).body),
    json: (target) => JSON.parse(String(ask(target, { accept: "application/json" }).body)),
  };
}
