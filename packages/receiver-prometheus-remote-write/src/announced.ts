import type { Meta } from "./metric.ts";

/** Families and their texts that are remembered at most. */
const MAX_FAMILIES = 50_000;
const MAX_CHARACTERS = 8 << 20;

/**
 * What 1.0 senders announce of metric families, about each minute. Of one family several things may be said (targets differ in
 * their HELP): what was said first holds for as long as somebody repeats it, since each change gives series another identity.
 */
export class Announced {
  /** Changes whenever an answer of `get` may. */
  version = 0;
  readonly #families = new Map<string, { meta: Meta; epoch: number }>();
  #characters = 0;
  #epoch = 0;

  /** Memory that is held. */
  get bytes(): number {
    return 2 * this.#characters + 200 * this.#families.size;
  }

  get(family: string): Meta | undefined {
    return this.#families.get(family)?.meta;
  }

  /** Takes in an announcement; what does not fit is forgotten. */
  announce(family: string, meta: Meta): void {
    const known = this.#families.get(family);
    if (known !== undefined && isSame(known.meta, meta)) {
      known.epoch = this.#epoch;
      return;
    }
    const holds = known !== undefined && known.meta.type !== "unknown" && known.epoch >= this.#epoch - 1;
    if (holds) return;
    const characters = this.#characters + size(family, meta) - (known === undefined ? 0 : size(family, known.meta));
    if (characters > MAX_CHARACTERS || (known === undefined && this.#families.size === MAX_FAMILIES)) return;
    this.#characters = characters;
    this.#families.set(family, { meta, epoch: this.#epoch });
    this.version++;
  }

  /** Some minutes have gone by: forgets what nobody has repeated since the last call. */
  nextEpoch(): void {
    for (const [family, { meta, epoch }] of this.#families) {
      if (epoch >= this.#epoch - 1) continue;
      this.#families.delete(family);
      this.#characters -= size(family, meta);
    }
    this.#epoch++;
  }
}

function size(family: string, { type, help, unit }: Meta): number {
  return family.length + type.length + help.length + unit.length;
}

function isSame(a: Meta, b: Meta): boolean {
  return a.type === b.type && a.unit === b.unit && a.help === b.help;
}
