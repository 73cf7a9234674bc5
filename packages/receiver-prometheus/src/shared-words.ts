import { defaultScope } from "./metric.ts";
import { Vocabulary } from "./vocabulary.ts";

/** Words that one vocabulary is shared for; then the next one is begun, and the former goes with the tables that use it. */
const mostShared = 20_000;

/**
 * The vocabularies of a receiver's targets. Targets mostly show the same names with the same metadata, so they share one: a tenth of
 * the memory. A vocabulary only grows, so what renews its tables again and again gets its own before it can fill the shared one.
 */
export class SharedWords {
  readonly #trim: boolean;
  readonly #version: string;
  readonly #most: number;
  #shared: Vocabulary;

  /** `trim`: the option trim_metric_suffixes; `version` of the collector: that of the scope of series without `otel_scope_*` labels. */
  constructor(trim: boolean, version: string, most = mostShared) {
    this.#trim = trim;
    this.#version = version;
    this.#most = most;
    this.#shared = this.#make();
  }

  /** For the tables of a target that is new. */
  forNew(): Vocabulary {
    if (this.#shared.size >= this.#most) this.#shared = this.#make();
    return this.#shared;
  }
  /** For tables that take over from others. */
  forRenewed(): Vocabulary {
    return this.#shared.size * 2 < this.#most ? this.#shared : this.#make();
  }

  #make(): Vocabulary {
    const words = new Vocabulary(this.#trim);
    words.scopeId(defaultScope(this.#version));
    return words;
  }
}
