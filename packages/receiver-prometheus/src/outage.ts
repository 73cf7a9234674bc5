/** Remembers since when and why a target is down, so that each is said once. */
export class Outage {
  #since: number | undefined;
  #reason = "";

  /** A scrape failed; true = that, or why, is news. */
  down(reason: string, nowMs: number): boolean {
    const isNews = this.#since === undefined || this.#reason !== reason;
    this.#since ??= nowMs;
    this.#reason = reason;
    return isNews;
  }
  /** A scrape was good; gives how many milliseconds the target was down, undefined when it was not. */
  up(nowMs: number): number | undefined {
    const since = this.#since;
    this.#since = undefined;
    return since === undefined ? undefined : nowMs - since;
  }
}
