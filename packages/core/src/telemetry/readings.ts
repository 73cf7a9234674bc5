import type { Reading } from "./registry.ts";
import { keyOf, mergeEqual, type Point } from "./series.ts";

/**
 * What several threads measured as one: counters and histograms are added up, and so are gauges, but for those of which the largest
 * says more. By name; names and types are the same everywhere, since the program is.
 */
export function addReadings(threads: readonly (readonly Reading[])[]): readonly Reading[] {
  const [only = []] = threads;
  if (threads.length <= 1) return only;
  const byName = Map.groupBy(threads.flat(), ({ name }) => name);
  return [...byName.values()].map(addUp).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function addUp(readings: readonly Reading[]): Reading {
  const [first] = readings as [Reading];
  // Until all threads have the bounds of a reload, those that differ cannot be added.
  const alike = readings.filter(({ bounds }) => String(bounds) === String(first.bounds));
  const points = alike.flatMap((reading) => reading.points);
  return { ...first, points: first.together === "max" ? largest(points) : mergeEqual(points) };
}

function largest(points: readonly Point[]): readonly Point[] {
  const found = new Map<string, Point>();
  for (const point of points) {
    const key = keyOf(point.labels);
    const other = found.get(key);
    if (other === undefined || point.value > other.value) found.set(key, point);
  }
  return [...found.values()];
}
