import type { Consume, Context, Timer } from "@sluice/component";
import { batchOf, type MetricsPart } from "@sluice/data";
import {
  type HttpAnswer,
  type HttpClient,
  HttpError,
  hideLogin,
  type PreparedRequest,
  type Scratch,
} from "@sluice/lib-http";
import { alignTime, firstTick, offsetOf } from "./clockwork.ts";
import type { Counters } from "./counters.ts";
import type { Job } from "./job.ts";
import type { PageResult, TargetPage } from "./page.ts";
import { chooseFormat } from "./protocol.ts";
import type { Report, Reporter } from "./report.ts";
import { LabelLimitError, ScrapeError } from "./series.ts";
import { withoutSeries } from "./stale.ts";
import type { Target } from "./targets.ts";

/** What the loops of a job share. */
export interface LoopContext {
  readonly job: Job;
  readonly context: Pick<Context, "env" | "log">;
  readonly counters: Counters;
  readonly next: Consume<"metrics">;
  /** Of the host and the external labels: spreads the targets of several collectors. */
  readonly seed: string;
  /** Buffers for bodies: as many as requests are under way at once. */
  readonly buffers: Scratch[];
  /** Writes a line to the job's scrape_failure_log_file. */
  logFailure(target: Target, error: string): void;
}
/** What belongs to one target. */
export interface LoopTarget {
  readonly target: Target;
  readonly client: HttpClient;
  readonly request: PreparedRequest;
  readonly page: TargetPage;
  readonly reporter: Reporter;
}

/** Unused buffers kept for the next requests. */
const MAX_BUFFERS = 4;

/** Scrapes one target at fixed ticks of wall time, one scrape at a time. */
export class ScrapeLoop {
  readonly target: Target;
  readonly #shared: LoopContext;
  readonly #own: LoopTarget;
  readonly #abort = new AbortController();
  #timer: Timer | undefined;
  /** The tick that is due next: on the monotonic clock, and in wall time. */
  #dueMonotonic = 0;
  #dueWall = 0;
  /** What a scrape under way is doing; a tick meanwhile is skipped. */
  #phase: "idle" | "scraping" | "pipeline" = "idle";
  #running: Promise<void> | undefined;
  /** Stands for the retirement under way; undefined = the target is there. */
  #retirement: object | undefined;
  /** A scrape, good or not, was reported. */
  hasReported = false;
  #warned = "";
  /** Why nothing is scraped although the target is there; each tick reports a failure. */
  forcedError: string | undefined;

  constructor(shared: LoopContext, own: LoopTarget) {
    this.#shared = shared;
    this.#own = own;
    this.target = own.target;
  }

  get page(): TargetPage {
    return this.#own.page;
  }

  /** Waits for the first tick. */
  start(): void {
    const { clock } = this.#shared.context.env;
    const { key, intervalMs } = this.target;
    const now = clock.now();
    this.#dueWall = firstTick(now, intervalMs, offsetOf(key, this.#shared.seed, intervalMs));
    this.#dueMonotonic = clock.monotonic() + this.#dueWall - now;
    this.#wait();
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
    const { intervalMs } = this.target;
    this.#timer?.cancel();
    const staleMs = this.#dueWall;
    const wait = this.#dueMonotonic - env.clock.monotonic() + intervalMs * 1.1;
    const retirement = {};
    this.#retirement = retirement;
    const isOff = (): boolean => this.#retirement !== retirement || this.#abort.signal.aborted;
    this.#timer = env.timers.after(Math.max(0, wait), () => {
      // Its last scrape may still wait for the pipeline, and goes first.
      this.#running = (this.#running ?? Promise.resolve()).then(async () => {
        if (isOff()) return;
        await this.#end(staleMs, successor());
        if (!isOff()) done();
      });
    });
  }
  async #end(staleMs: number, successor: ScrapeLoop | undefined): Promise<void> {
    this.#phase = "pipeline";
    const parts = this.#own.page.fail(staleMs);
    const shown = successor?.page.shownNames();
    if (successor?.hasReported !== true) parts.push(...this.#own.reporter.stale(staleMs));
    await this.#handOn(shown === undefined ? parts : withoutSeries(parts, shown));
    this.#phase = "idle";
  }
  /** The target is back before its stale markers were handed on. */
  revive(): void {
    this.#timer?.cancel();
    this.#retirement = undefined;
    this.#catchUp();
    this.#wait();
  }

  #wait(): void {
    const { env } = this.#shared.context;
    const delay = Math.max(0, this.#dueMonotonic - env.clock.monotonic());
    this.#timer = env.timers.after(delay, () => this.#tick());
  }
  /** Moves on to the first tick that is not past; gives how many were. */
  #catchUp(): number {
    const { intervalMs } = this.target;
    const late = this.#shared.context.env.clock.monotonic() - this.#dueMonotonic;
    const missed = late > 0 ? Math.ceil(late / intervalMs) : 0;
    this.#dueMonotonic += missed * intervalMs;
    this.#dueWall += missed * intervalMs;
    return missed;
  }

  #tick(): void {
    const { intervalMs } = this.target;
    const dueMs = this.#dueWall;
    if (this.#phase === "idle") this.#running = this.#scrape(dueMs);
    else this.#shared.counters.skipped.add(1, { reason: this.#phase });
    this.#dueMonotonic += intervalMs;
    this.#dueWall += intervalMs;
    const missed = this.#catchUp();
    if (missed > 0) this.#shared.counters.skipped.add(missed, { reason: "late" });
    this.#wait();
  }

  /** One scrape, whatever comes of it. Never rejects. */
  async #scrape(dueMs: number): Promise<void> {
    const { clock } = this.#shared.context.env;
    const timeMs = alignTime(clock.now(), dueMs, this.target.intervalMs);
    const begun = clock.monotonic();
    this.#phase = "scraping";
    const buffer = this.#shared.buffers.pop() ?? { bytes: new Uint8Array(0) };
    let parts: readonly MetricsPart[];
    let report: Omit<Report, "seconds">;
    try {
      const { page, bodyBytes } = await this.#fetchAndRead(timeMs, buffer);
      parts = page.parts;
      // Only here: the connection of a request that failed may still write to its buffer.
      if (this.#shared.buffers.length < MAX_BUFFERS) this.#shared.buffers.push(buffer);
      const { scraped, kept } = this.#own.page;
      report = { up: true, scraped, kept, added: page.added, bodyBytes };
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      parts = this.#own.page.fail(timeMs);
      report = this.#failed(error);
    }
    const seconds = (clock.monotonic() - begun) / 1000;
    this.#phase = "pipeline";
    this.hasReported = true;
    await this.#handOn([...parts, ...this.#own.reporter.parts({ ...report, seconds }, timeMs)]);
    this.#phase = "idle";
  }

  async #fetchAndRead(timeMs: number, scratch: Scratch): Promise<{ page: PageResult; bodyBytes: number }> {
    const { job, counters } = this.#shared;
    this.#read = false;
    this.#bodyBytes = 0;
    if (this.forcedError !== undefined) throw new ScrapeError(this.forcedError);
    const { client, request, page } = this.#own;
    const answer = await client.send(request, {
      signal: this.#abort.signal,
      timeoutMs: this.target.timeoutMs,
      maxBodyBytes: job.bodySizeLimit,
      scratch,
    });
    if (answer.status !== 200) {
      throw new ScrapeError(`server returned HTTP status ${`${answer.status} ${answer.statusText}`.trim()}`);
    }
    this.#bodyBytes = answer.body.length;
    const format = this.#formatOf(answer);
    this.#read = true;
    const result = page.read(answer.body, answer.body.length, format, timeMs);
    counters.duplicates.add(result.duplicates);
    counters.outOfBounds.add(result.outOfBounds);
    counters.outOfOrder.add(result.outOfOrder);
    counters.inconsistent.add(result.inconsistent);
    this.#warnOfDropped(result);
    return { page: result, bodyBytes: answer.body.length };
  }
  /** The page was fetched and its reading begun: its samples count even when it fails. */
  #read = false;
  #bodyBytes = 0;

  #formatOf({ headers }: HttpAnswer): "text" | "openmetrics" {
    const { format, warning } = chooseFormat(headers["content-type"], this.#shared.job.fallback);
    if (warning !== undefined && warning !== this.#warned) {
      this.#warned = warning;
      this.#shared.context.log.warn("page read by fallback_scrape_protocol", { ...this.#fields(), reason: warning });
    }
    return format;
  }

  #failed(error: unknown): Omit<Report, "seconds"> {
    const { counters, context } = this.#shared;
    const message = error instanceof Error ? error.message : String(error);
    if (message === "sample limit exceeded") counters.sampleLimit.add(1);
    if (error instanceof LabelLimitError) counters.labelLimits.add(1);
    const tooLong = error instanceof HttpError && error.code === "body_limit";
    if (tooLong) counters.bodySizeLimit.add(1);
    context.log.warn("failed to scrape Prometheus endpoint", { ...this.#fields(), error });
    this.#shared.logFailure(this.target, message);
    const { scraped, kept } = this.#own.page;
    return {
      up: false,
      scraped: this.#read ? scraped : 0,
      kept: this.#read ? kept : 0,
      added: 0,
      bodyBytes: tooLong ? -1 : this.#bodyBytes,
    };
  }

  #warnOfDropped({ duplicates, outOfBounds, outOfOrder, inconsistent }: PageResult): void {
    const { log } = this.#shared.context;
    if (duplicates > 0)
      log.warn("samples of a series shown twice were dropped", { ...this.#fields(), count: duplicates });
    if (outOfBounds > 0) {
      log.warn("samples too far in the future were dropped", { ...this.#fields(), count: outOfBounds });
    }
    if (outOfOrder > 0) {
      log.warn("samples older than one handed on before were dropped", { ...this.#fields(), count: outOfOrder });
    }
    if (inconsistent > 0) {
      log.warn("samples of points without a common timestamp were dropped", { ...this.#fields(), count: inconsistent });
    }
  }

  /** A refused batch is logged; the next scrape goes on. */
  async #handOn(parts: readonly MetricsPart[]): Promise<void> {
    if (parts.length === 0) return;
    try {
      await this.#shared.next(batchOf("metrics", parts));
    } catch (error) {
      this.#shared.context.log.error("scrape was not taken by the pipeline", { ...this.#fields(), error });
    }
  }

  #fields(): Readonly<Record<string, unknown>> {
    return { job: this.#shared.job.name, target: hideLogin(this.target.url) };
  }
}
