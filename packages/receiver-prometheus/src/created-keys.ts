import { type LabelSet, METRIC_NAME } from "@sluice/lib-prometheus";

/** Types whose samples count from a moment on. */
const STARTED = new Set(["counter", "histogram", "summary"]);

/** Whether a name under this metadata is that of a line that says when its series began. */
export function isCreatedName(name: string, type: string, effective: number): boolean {
  return name.endsWith("_created") && (effective & 1) === 0 && STARTED.has(type);
}

/** The series that `_created` lines are about, numbered: by the name of their family and their labels on the page. */
export class CreatedKeys {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];
  /** By row: the id of its series; or, when there was none, minus the number of ids there were, and 1 less. */
  readonly #known: number[] = [];

  idOf(name: string, labels: LabelSet): number {
    return this.idOfText(textOf(name, labels));
  }
  idOfText(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }
  textOf(id: number): string {
    return this.#texts[id]!;
  }
  get size(): number {
    return this.#texts.length;
  }

  /** The id of a row's series, -1 for none; `read` is asked only when that is not known. */
  find(row: number, read: () => { readonly name: string; readonly labels: LabelSet } | undefined): number {
    const none = -1 - this.#texts.length;
    const known = this.#known[row];
    if (known !== undefined && (known >= 0 || known === none)) return Math.max(known, -1);
    const series = read();
    const id = (series && this.#ids.get(textOf(series.name, series.labels))) ?? none;
    this.#known[row] = id;
    return Math.max(id, -1);
  }
}

function textOf(name: string, labels: LabelSet): string {
  const pairs = [...labels].filter(([label]) => label !== METRIC_NAME).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([name, pairs]);
}
