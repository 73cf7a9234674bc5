/** How far a bench is, and how long it still takes. */

/** Tells before each run, and knows what time is left. */
export interface Progress {
  /** Seconds that are left before the limit; without one there is no end. */
  readonly secondsLeft: () => number;
  /** A run begins that takes so many seconds, about. */
  readonly tell: (line: string, seconds: number) => void;
}

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/**
 * Progress of runs that take `total` seconds together, about; what is left is corrected by how long the runs so far took. `now` is
 * in seconds from the start.
 */
export function createProgress(
  total: number,
  limit: number | undefined,
  now: () => number,
  write: (line: string) => void,
): Progress {
  const begun = { seconds: 0 };
  const secondsLeft = () => (limit === undefined ? Number.POSITIVE_INFINITY : limit - now());
  return {
    secondsLeft,
    tell(line, seconds) {
      const slowness = begun.seconds === 0 ? 1 : Math.max(1, now() / begun.seconds);
      const left = Math.min((total - begun.seconds) * slowness, secondsLeft());
      begun.seconds += seconds;
      write(`[${clock(now())}, about ${clock(left)} left] ${line}`);
    },
  };
}
