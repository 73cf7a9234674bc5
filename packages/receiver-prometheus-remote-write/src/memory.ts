import type { Clock, Env, Random } from "@sluice/component";
import { Announced } from "./announced.ts";
import { Known } from "./known.ts";

/** What nobody sends for so long is forgotten. */
const EPOCH_MS = 10 * 60_000;
/** Unseen series too few to care about. */
const SLACK = 1000;

/** Everything that a receiver remembers between requests, within bounds. */
export class Memory {
  readonly announced = new Announced();
  /** How often all was forgotten because there was too much of it. */
  overflows = 0;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #maxBytes: number;
  readonly #checkEvery: number;
  #known: Known | undefined;
  #epoch = 0;
  #epochEnd = Number.NEGATIVE_INFINITY;
  #added = 0;

  /** Holds up to about `maxBytes`; whether it does is looked at once in `checkEvery` new series. */
  constructor({ clock, random }: Pick<Env, "clock" | "random">, maxBytes: number, checkEvery = 256) {
    this.#clock = clock;
    this.#random = random;
    this.#maxBytes = maxBytes;
    this.#checkEvery = checkEvery;
  }

  get known(): Known {
    this.#known ??= this.#begin();
    return this.#known;
  }

  get bytes(): number {
    return this.known.bytes + this.announced.bytes;
  }

  /** Forgets series that were not seen for a while, when they are most of all. */
  startRequest(): void {
    const now = this.#clock.monotonic();
    if (now >= this.#epochEnd) {
      const { keys, seen } = this.known;
      if (keys.size > 4 * seen + SLACK) this.#known = this.#begin(this.known);
      this.known.seen = 0;
      this.#epoch++;
      this.#epochEnd = now + EPOCH_MS;
      this.announced.nextEpoch();
    }
    this.known.keys.restart();
    this.known.symbols.restart();
  }

  /** Notes that a series of the present request is alive. */
  see(series: number): void {
    this.known.see(series, this.#epoch);
  }

  /** A series was added: begins anew when there are too many. What was read of the present request stays as it is. */
  check(): void {
    if (++this.#added % this.#checkEvery !== 0 || this.known.bytes <= this.#maxBytes) return;
    this.overflows++;
    this.#known = this.#begin(this.known);
  }

  #begin(before?: Known): Known {
    return new Known(() => this.#random.next(), this.announced, before);
  }
}
