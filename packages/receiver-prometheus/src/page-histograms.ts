import type { ParsedExemplar } from "@sluice/lib-prometheus";
import { type NativeSample, reduced } from "./native-samples.ts";
import type { HistogramScanner } from "./page-formats.ts";
import type { ReaderSettings } from "./page-reader.ts";

/** What a page shows beyond numbers, when its scanner says more: native histograms, exemplars in a list, when series began. */
export class PageHistograms {
  /** By row, as the job wants them. */
  readonly natives = new Map<number, NativeSample>();
  /** By row: when the series began, in milliseconds. */
  readonly created = new Map<number, number>();
  /** Some histogram has too many buckets at any resolution. */
  isOverLimit = false;
  readonly #settings: ReaderSettings;
  #scanner: HistogramScanner | undefined;

  constructor(settings: ReaderSettings) {
    this.#settings = settings;
  }

  startPage(scanner: HistogramScanner | undefined): void {
    this.#scanner = scanner;
    this.natives.clear();
    this.created.clear();
    this.isOverLimit = false;
  }
  /** The exemplars of the page, which `exemplarFrom` and its kin are indexes of; undefined = they are places on the page. */
  get exemplars(): readonly ParsedExemplar[] | undefined {
    return this.#scanner?.exemplars;
  }

  /** The native histogram of the line just read, at the resolution that is wanted; undefined when it is a number. */
  sample(): NativeSample | undefined {
    const native = this.#scanner?.native;
    if (native === undefined) return undefined;
    const sample = reduced(native, this.#settings.histograms);
    if (sample === undefined) this.isOverLimit = true;
    return sample ?? native;
  }
  /** Takes in what the line just read says of a row beside its number. */
  note(row: number): void {
    const { createdMs } = this.#scanner!;
    if (this.#settings.takesCreated && createdMs > 0) this.created.set(row, createdMs);
    const native = this.sample();
    if (native !== undefined) this.natives.set(row, native);
  }
}
