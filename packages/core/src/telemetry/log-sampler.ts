import type { Clock } from "@sluice/component";
import type { LogsConfig } from "./config.ts";

/** Kinds of line counted at a time; messages are constants, so more of them means someone is playing. */
const MOST_KINDS = 4096;

/** Says whether a line is written. */
export type Sampler = (level: string, message: string) => boolean;

/** In each tick the first lines of a level and message are written, then every n-th. */
export function createSampler(sampling: LogsConfig["sampling"], clock: Clock): Sampler {
  if (sampling === undefined) return () => true;
  const { tick, initial, thereafter } = sampling;
  const counts = new Map<string, { count: number; until: number }>();
  return (level, message) => {
    const key = `${level} ${message}`;
    const now = clock.monotonic();
    let kind = counts.get(key);
    if (kind === undefined || now >= kind.until) {
      if (kind === undefined && counts.size >= MOST_KINDS) counts.clear();
      kind = { count: 0, until: now + tick };
      counts.set(key, kind);
    }
    kind.count++;
    const beyond = kind.count - initial;
    return beyond <= 0 || (thereafter > 0 && beyond % thereafter === 0);
  };
}
