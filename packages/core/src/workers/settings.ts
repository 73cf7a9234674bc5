import { type Problem, t } from "@sluice/component";
import type { Located } from "../config/located.ts";
import { below, type Spot } from "../config/pick.ts";

/** More threads than any machine makes use of here: each has a program of its own in memory. */
const MOST_WORKERS = 64;

/** What stands in `service` beside lists of components and its telemetry. */
export const serviceSettings = t.object("How the service runs.", {
  workers: t.integer({
    description:
      "Threads over which scrape targets, and the pipelines behind them, are spread. Limits that stand in the configuration are divided among them.",
    default: 1,
    minimum: 1,
    maximum: MOST_WORKERS,
  }),
});

/** The settings alone, as they stand in `service`. */
export function settingsIn(service: Spot): Spot {
  const { node, path, place } = service;
  if (node?.kind !== "map") return { node: undefined, path, place };
  const written = Object.keys(serviceSettings.properties).flatMap((key) => {
    const entry = node.entries.get(key);
    return entry === undefined ? [] : [[key, { ...entry, value: below(service, key).node! }] as const];
  });
  const settings: Located = { ...node, entries: new Map(written) };
  return { node: settings, path, place };
}

/** Warns of more workers than the machine has processors, if their number is known. */
export function checkWorkers(workers: number, cores: number | undefined): readonly Problem[] {
  if (cores === undefined || workers === 1 || workers <= cores) return [];
  const message = `found ${workers}, but there ${cores === 1 ? "is one processor" : `are ${cores} processors`}: further threads only take memory`;
  return [{ severity: "warning", path: ["workers"], message }];
}
