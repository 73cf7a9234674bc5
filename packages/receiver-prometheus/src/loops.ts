import type { ScrapeLoop } from "./scrape-loop.ts";
import type { Target } from "./targets.ts";

/**
 * The loops of all jobs, by the labels of their samples: those that scrape, and those whose target is gone and that wait to end. A
 * target that turns up again, in whatever job and under whatever address, goes on with the loop that was its own.
 */
export class Loops {
  readonly #active = new Map<string, ScrapeLoop[]>();
  readonly #ending = new Map<string, ScrapeLoop[]>();
  readonly #pending = new Set<Promise<void>>();

  /** A loop scrapes. */
  add(loop: ScrapeLoop): void {
    put(this.#active, loop);
  }
  /** The target of a loop is gone. */
  end(loop: ScrapeLoop): void {
    take(this.#active, loop);
    put(this.#ending, loop);
    loop.retire(
      () => take(this.#ending, loop),
      () => this.#active.get(loop.target.labelsText)?.[0],
    );
  }
  /** A loop that waits to end and knows the series of this target, best one of its very address; it scrapes again. */
  claim({ labelsText, url }: Target): ScrapeLoop | undefined {
    const candidates = this.#ending.get(labelsText);
    const loop = candidates?.find(({ target }) => target.url === url) ?? candidates?.at(-1);
    if (loop === undefined) return undefined;
    take(this.#ending, loop);
    put(this.#active, loop);
    return loop;
  }

  /** Calls `fn` once the scrapes that are under way now have ended. */
  afterScrapes(fn: () => void): void {
    const pending = Promise.all(this.#all().map((loop) => loop.idle())).then(() => {
      this.#pending.delete(pending);
      fn();
    });
    this.#pending.add(pending);
  }
  /** Ends all, without stale markers; resolves when no scrape is under way. */
  async stop(): Promise<void> {
    await Promise.all(this.#all().map((loop) => loop.stop()));
    await Promise.all(this.#pending);
  }
  #all(): ScrapeLoop[] {
    return [...this.#active.values(), ...this.#ending.values()].flat();
  }
}

function put(loops: Map<string, ScrapeLoop[]>, loop: ScrapeLoop): void {
  const { labelsText } = loop.target;
  const known = loops.get(labelsText);
  if (known === undefined) loops.set(labelsText, [loop]);
  else known.push(loop);
}
function take(loops: Map<string, ScrapeLoop[]>, loop: ScrapeLoop): void {
  const { labelsText } = loop.target;
  const others = loops.get(labelsText)?.filter((one) => one !== loop) ?? [];
  if (others.length === 0) loops.delete(labelsText);
  else loops.set(labelsText, others);
}
