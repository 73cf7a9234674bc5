import { type Consume, type Context, formatGoDuration, type Timer } from "@sluice/component";
import { batchOf, type MetricsPart } from "@sluice/data";
import {
  type HttpAnswer,
  type HttpClient,
  HttpError,
  hideLogin,
  type PreparedRequest,
  type Scratch,
} from "@sluice/lib-http";
import type { Buffers } from "./buffers.ts";
import { alignTime, offsetOf } from "./clockwork.ts";
import type { Counters } from "./counters.ts";
import { type Exposition, endExposition, seriesOf } from "./exposition.ts";
import type { Job } from "./job.ts";
import { Outage } from "./outage.ts";
import type { PageResult } from "./page.ts";
import type { ScrapeFormat } from "./page-formats.ts";
import { chooseFormat } from "./protocol.ts";
import type { Report } from "./report.ts";
import { Schedule } from "./schedule.ts";
import { LabelLimitError, ScrapeError } from "./series.ts";
import type { SlotLedger } from "./slots.ts";
import type { Target } from "./targets.ts";

/** What the loops of a job share. */
export interface LoopContext {
  readonly job: Job;
  readonly context: Pick<Context, "env" | "log">;
  readonly counters: Counters;
  readonly slots: SlotLedger;
  readonly next: Consume<"metrics">;
  /** Of the host and the external labels at the start: spreads the targets of several collectors. */
  readonly seed: string;
  /** Buffers for bodies: as many as requests are under way at once. */
  readonly buffers: Buffers;
  /** Writes a line to the job's scrape_failure_log_file. */
  logFailure(target: Target, error: string): void;
}
/** What belongs to one target, as its job is now. */
export interface LoopTarget {
  readonly target: Target;
  readonly client: HttpClient;
  readonly request: PreparedRequest;
  readonly exposition: Exposition;
}
/** A scrape under way; it ends as it began, whatever changes meanwhile. */
interface Scrape {
  readonly shared: LoopContext;
  readonly own: LoopTarget;
  readonly timeMs: number;
  /** The page was fetched and its reading begun: its samples count even when it fails. */
  isRead: boolean;
  bodyBytes: number;
}
type Outcome = Pick<Report, "up" | "scraped" | "kept" | "added" | "bodyBytes">;

/** Scrapes one target at fixed ticks of wall time, one scrape at a time. */
export class ScrapeLoop {
  readonly #abort = new AbortController();
  readonly #schedule: Schedule;
  readonly #outage = new Outage();
  #shared: LoopContext;
  #own: LoopTarget;
  /** What the target showed under former rules, and has no stale markers yet. */
  #formers: Exposition[] = [];
  #timer: Timer | undefined;
  /** What a scrape under way is doing; a tick meanwhile is skipped. */
  #phase: "idle" | "scraping" | "pipeline" = "idle";
  #running: Promise<void> = Promise.resolve();
  /** Stands for the retirement under way; undefined = the target is there. */
  #retirement: object | undefined;
  #warned = "";
  /** Why nothing is scraped although the target is there; each tick reports a failure. */
  forcedError: string | undefined;

  constructor(shared: LoopContext, own: LoopTarget) {
    this.#shared = shared;
    this.#own = own;
    this.#schedule = new Schedule(shared.context.env.clock);
  }

  get target(): Target {
    return this.#own.target;
  }
  get exposition(): Exposition {
    return this.#own.exposition;
  }
  /** Resolves when the scrape under way, if there is one, has been handed on. */
  idle(): Promise<void> {
    return this.#running;
  }

  /** Waits for the first tick. */
  start(): void {
    this.#follow();
    this.#wait();
  }
  /**
   * Goes on under other settings, for a target with the same labels: a scrape under way ends under those it began with, the next
   * tick has the new ones. A tick is due when it was, unless interval or address changed. Ends a retirement.
   */
  change(shared: LoopContext, own: LoopTarget): void {
    if (own.exposition !== this.#own.exposition) this.#formers.push(this.#own.exposition);
    this.#shared = shared;
    this.#own = own;
    const wasGone = this.#retirement !== undefined;
    this.#retirement = undefined;
    // While the target was gone no tick was due.
    if (wasGone) this.#schedule.skipPast();
    if (this.#follow() || wasGone) this.#wait();
  }
  /** Ends at once, without stale markers; resolves when the scrape under way has ended. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#abort.abort(new Error("receiver shut down"));
    await this.#running;
  }
  /**
   * The target is gone: scrapes no more, and writes stale markers when two more ticks and a tenth of the interval have passed,
   * in which it may have turned up elsewhere; their time is that of the first tick. Then calls `done`. `successor` is asked then
   * for the loop that scrapes the same series now, by another way: those it shows are not gone.
   */
  retire(done: () => void, successor: () => ScrapeLoop | undefined): void {
    const { env } = this.#shared.context;
    this.#timer?.cancel();
    this.#skipLate();
    const staleMs = this.#schedule.dueMs;
    const wait = this.#schedule.delayMs + this.target.intervalMs * 1.1;
    const retirement = {};
    this.#retirement = retirement;
    const isOff = (): boolean => this.#retirement !== retirement || this.#abort.signal.aborted;
    this.#timer = env.timers.after(Math.max(0, wait), () => {
      // Its last scrape may still wait for the pipeline, and goes first.
      this.#running = this.#running.then(async () => {
        if (isOff()) return;
        await this.#end(staleMs, successor());
        if (!isOff()) done();
      });
    });
  }
  async #end(staleMs: number, successor: ScrapeLoop | undefined): Promise<void> {
    this.#phase = "pipeline";
    const others = successor && seriesOf(successor.exposition);
    const shown = [...this.#formers.splice(0), this.exposition];
    const parts = shown.flatMap((exposition) => endExposition(exposition, staleMs, others));
    await this.#handOn(parts, this.#shared, this.#own);
    this.#phase = "idle";
  }

  /** Takes up the schedule of the target; false when it is the one it has. */
  #follow(): boolean {
    const { labelsText, url, intervalMs } = this.target;
    const { seed, slots } = this.#shared;
    const offset = offsetOf(`${labelsText} ${url}`, seed, intervalMs);
    if (this.#schedule.follows(intervalMs, offset)) return false;
    const missed = this.#schedule.follow(intervalMs, offset);
    if (missed > 0) slots.skipped("late", missed);
    return true;
  }
  #wait(): void {
    const { timers } = this.#shared.context.env;
    this.#timer?.cancel();
    this.#timer = timers.after(Math.max(0, this.#schedule.delayMs), () => this.#tick());
  }
  #skipLate(): void {
    const missed = this.#schedule.skipPast();
    if (missed > 0) this.#shared.slots.skipped("late", missed);
  }

  #tick(): void {
    const dueMs = this.#schedule.take();
    if (this.#phase === "idle") this.#running = this.#scrape(dueMs);
    else this.#shared.slots.skipped(this.#phase);
    this.#skipLate();
    this.#wait();
  }

  /** One scrape, whatever comes of it. Never rejects. */
  async #scrape(dueMs: number): Promise<void> {
    const shared = this.#shared;
    const own = this.#own;
    const { clock } = shared.context.env;
    const timeMs = alignTime(clock.now(), dueMs, own.target.intervalMs);
    const begun = clock.monotonic();
    const scrape: Scrape = { shared, own, timeMs, isRead: false, bodyBytes: 0 };
    const { page, reporter } = own.exposition;
    this.#phase = "scraping";
    const buffer = shared.buffers.take();
    let parts: readonly MetricsPart[];
    let outcome: Outcome;
    try {
      const result = await this.#fetchAndRead(scrape, buffer);
      // Only here: the connection of a request that failed may still write to its buffer.
      shared.buffers.giveBack(buffer);
      parts = result.parts;
      outcome = this.#succeeded(scrape, result.added);
    } catch (error) {
      if (this.#abort.signal.aborted) return shared.slots.skipped("shutdown");
      parts = page.fail(timeMs);
      outcome = this.#failed(scrape, error);
    }
    const seconds = (clock.monotonic() - begun) / 1000;
    this.#phase = "pipeline";
    const report = { ...outcome, seconds, timeoutMs: own.target.timeoutMs, sampleLimit: shared.job.sampleLimit };
    const reported = reporter.parts(report, timeMs);
    const all = [...this.#endFormers(own.exposition, timeMs), ...parts, ...reported];
    if (await this.#handOn(all, shared, own)) page.taken();
    this.#phase = "idle";
  }
  /** Stale markers of what was shown under rules before those of `now`, and is not shown any more. */
  #endFormers(now: Exposition, timeMs: number): MetricsPart[] {
    if (this.#formers.length === 0) return [];
    const at = this.#formers.indexOf(now);
    const formers = this.#formers.splice(0, at < 0 ? this.#formers.length : at);
    const series = seriesOf(now);
    return formers.flatMap((former) => endExposition(former, timeMs, series));
  }

  async #fetchAndRead(scrape: Scrape, scratch: Scratch): Promise<PageResult> {
    const { shared, own, timeMs } = scrape;
    const { job, counters } = shared;
    if (this.forcedError !== undefined) throw new ScrapeError(this.forcedError);
    const { client, request, exposition, target } = own;
    const answer = await client.send(request, {
      signal: this.#abort.signal,
      timeoutMs: target.timeoutMs,
      maxBodyBytes: job.bodySizeLimit,
      scratch,
    });
    if (answer.status !== 200) {
      throw new ScrapeError(`server returned HTTP status ${`${answer.status} ${answer.statusText}`.trim()}`);
    }
    scrape.bodyBytes = answer.body.length;
    const format = this.#formatOf(answer, scrape);
    scrape.isRead = true;
    exposition.page.follow({ sampleLimit: job.sampleLimit, histograms: target.histograms });
    const result = exposition.page.read(answer.body, answer.body.length, format, timeMs);
    counters.duplicates.add(result.duplicates);
    counters.outOfBounds.add(result.outOfBounds);
    counters.outOfOrder.add(result.outOfOrder);
    counters.inconsistent.add(result.inconsistent);
    warnOfDropped(scrape, result);
    return result;
  }

  #formatOf({ headers }: HttpAnswer, { shared, own }: Scrape): ScrapeFormat {
    const { format, warning } = chooseFormat(headers["content-type"], shared.job.fallback);
    if (warning !== undefined && warning !== this.#warned) {
      this.#warned = warning;
      const fields = { ...fieldsOf(shared, own), reason: warning };
      shared.context.log.warn("page read by fallback_scrape_protocol", fields);
    }
    return format;
  }

  #succeeded({ shared, own, bodyBytes }: Scrape, added: number): Outcome {
    const { env, log } = shared.context;
    shared.slots.scraped();
    const downMs = this.#outage.up(env.clock.monotonic());
    if (downMs !== undefined) {
      log.info("target is up again", { ...fieldsOf(shared, own), down_for: formatGoDuration(Math.round(downMs)) });
    }
    const { scraped, kept } = own.exposition.page;
    return { up: true, scraped, kept, added, bodyBytes };
  }
  #failed({ shared, own, isRead, bodyBytes }: Scrape, error: unknown): Outcome {
    const { counters, context, slots } = shared;
    slots.failed();
    const message = error instanceof Error ? error.message : String(error);
    if (message === "sample limit exceeded") counters.sampleLimit.add(1);
    if (message === "histogram bucket limit exceeded") counters.bucketLimit.add(1);
    if (error instanceof LabelLimitError) counters.labelLimits.add(1);
    const tooLong = error instanceof HttpError && error.code === "body_limit";
    if (tooLong) counters.bodySizeLimit.add(1);
    if (this.#outage.down(message, context.env.clock.monotonic())) {
      context.log.warn("failed to scrape Prometheus endpoint", { ...fieldsOf(shared, own), error });
    }
    shared.logFailure(own.target, message);
    const { scraped, kept } = own.exposition.page;
    return {
      up: false,
      scraped: isRead ? scraped : 0,
      kept: isRead ? kept : 0,
      added: 0,
      bodyBytes: tooLong ? -1 : bodyBytes,
    };
  }

  /** A refused batch is logged, and gives false; the next scrape goes on. */
  async #handOn(parts: readonly MetricsPart[], shared: LoopContext, own: LoopTarget): Promise<boolean> {
    if (parts.length === 0) return true;
    try {
      await shared.next(batchOf("metrics", parts));
      return true;
    } catch (error) {
      shared.context.log.error("scrape was not taken by the pipeline", { ...fieldsOf(shared, own), error });
      return false;
    }
  }
}

function warnOfDropped({ shared, own }: Scrape, result: PageResult): void {
  const { duplicates, outOfBounds, outOfOrder, inconsistent } = result;
  if (duplicates + outOfBounds + outOfOrder + inconsistent === 0) return;
  const warn = (message: string, count: number): void => {
    if (count > 0) shared.context.log.warn(message, { ...fieldsOf(shared, own), count });
  };
  warn("samples of a series shown twice were dropped", duplicates);
  warn("samples too far in the future were dropped", outOfBounds);
  warn("samples older than one handed on before were dropped", outOfOrder);
  warn("samples of points without a common timestamp were dropped", inconsistent);
}

function fieldsOf({ job }: LoopContext, { target }: LoopTarget): Readonly<Record<string, unknown>> {
  return { job: job.name, target: hideLogin(target.url) };
}
