import type { Consume, Context, Timer } from "@sluice/component";
import { isoTime } from "@sluice/data";
import { hideLogin } from "@sluice/lib-http";
import type { Buffers } from "./buffers.ts";
import type { Counters } from "./counters.ts";
import { type Exposition, expositionOf } from "./exposition.ts";
import type { Job } from "./job.ts";
import { closeDiscoveries, type JobSetup } from "./job-setup.ts";
import type { Loops } from "./loops.ts";
import { type LoopContext, type LoopTarget, ScrapeLoop } from "./scrape-loop.ts";
import { createSlotLedger } from "./slots.ts";
import { type BuiltTargets, buildTargets, type Target } from "./targets.ts";
import { tellsOfAll } from "./telling.ts";

/** What all jobs share for as long as the receiver runs. */
export interface PoolContext {
  readonly context: Context;
  readonly counters: Counters;
  readonly next: Consume<"metrics">;
  /** Spreads the targets of several collectors. */
  readonly seed: string;
  readonly buffers: Buffers;
  readonly loops: Loops;
}

/** Changes of targets are taken over at most this often. */
const UPDATE_EVERY_MS = 5000;

/** The targets of one job, each with its loop. */
export class ScrapePool {
  readonly #shared: PoolContext;
  #setup: JobSetup;
  #loopContext: LoopContext;
  /** By the key of its target. */
  #loops = new Map<string, ScrapeLoop>();
  #update: Timer | undefined;
  #changed = false;
  #isStarted = false;
  #isStopped = false;
  /** The setup is not the one that the loops have. */
  #isNew = false;

  /** Scrapes nothing before `takeOver`. */
  constructor(setup: JobSetup, shared: PoolContext) {
    this.#shared = shared;
    this.#setup = setup;
    this.#loopContext = this.#contextOf(setup.job);
  }

  get setup(): JobSetup {
    return this.#setup;
  }
  /** The loops of targets that are there. */
  get loops(): Iterable<ScrapeLoop> {
    return this.#loops.values();
  }

  /** A discovery found something else: taken over now, or together with what else comes within the next seconds. */
  note(): void {
    this.#changed = true;
    if (this.#update === undefined && this.#isStarted) this.takeOver()();
  }
  /** Puts another setup of the job in force; `takeOver` is due. */
  change(setup: JobSetup): void {
    const former = this.#setup;
    this.#setup = setup;
    this.#loopContext = this.#contextOf(setup.job);
    this.#isNew = true;
    closeDiscoveries(former, setup);
    if (former.clients !== setup.clients) this.#shared.loops.afterScrapes(() => former.clients.close());
  }
  /** The job is gone, and so are its targets. */
  end(): void {
    this.stop();
    const { loops } = this.#shared;
    for (const loop of this.loops) loops.end(loop);
    loops.afterScrapes(() => this.#setup.clients.close());
    this.#loops.clear();
  }
  /** Finds nothing any more. The loops are left to `Loops.stop`. */
  stop(): void {
    this.#isStopped = true;
    this.#update?.cancel();
    closeDiscoveries(this.#setup, undefined);
  }

  /**
   * Takes over the targets that there are now, in two steps, so that a target which moves from one job to another finds its loop: ends
   * the loops of those that are gone, and gives what begins the others.
   */
  takeOver(): () => void {
    if (this.#isStopped) return () => {};
    this.#isStarted = true;
    this.#changed = false;
    this.#update?.cancel();
    this.#update = this.#shared.context.env.timers.after(UPDATE_EVERY_MS, () => {
      this.#update = undefined;
      if (this.#changed) this.takeOver()();
    });
    const groups = this.#setup.discoveries.flatMap(({ discovery }) => [...discovery.groups()]);
    const { share } = this.#shared.context;
    const built = buildTargets(this.#setup.job, this.#setup.relabel, groups, share);
    if (tellsOfAll(share)) this.#logLeftOut(built);
    const former = this.#loops;
    const wanted = new Map(built.active.map((target) => [target.key, target]));
    this.#loops = new Map();
    for (const [key, loop] of former) {
      const target = wanted.get(key);
      if (target === undefined || !this.#keep(loop, target)) this.#shared.loops.end(loop);
    }
    this.#isNew = false;
    return () => {
      for (const [key, target] of wanted) if (!this.#loops.has(key)) this.#begin(target);
      this.#checkTargetLimit(built.count - built.active.length);
    };
  }

  /** Lets a loop go on with its target; false when the target cannot be scraped. */
  #keep(loop: ScrapeLoop, target: Target): boolean {
    if (this.#isNew) {
      const own = this.#targetOf(target, loop.exposition);
      if (own === undefined) return false;
      loop.change(this.#loopContext, own);
    }
    this.#loops.set(target.key, loop);
    return true;
  }
  #begin(target: Target): void {
    const { loops } = this.#shared;
    const former = loops.claim(target);
    const own = this.#targetOf(target, former?.exposition);
    if (own === undefined) {
      if (former !== undefined) loops.end(former);
      return;
    }
    if (former !== undefined) {
      former.change(this.#loopContext, own);
      this.#loops.set(target.key, former);
      return;
    }
    const loop = new ScrapeLoop(this.#loopContext, own);
    loops.add(loop);
    this.#loops.set(target.key, loop);
    loop.start();
  }
  #targetOf(target: Target, former: Exposition | undefined): LoopTarget | undefined {
    const { context } = this.#shared;
    try {
      const client = this.#setup.clients.of(target.socketPath);
      const request = client.prepare({
        url: target.url,
        headers: { "X-Prometheus-Scrape-Timeout-Seconds": String(target.timeoutMs / 1000) },
      });
      return { target, client, request, exposition: expositionOf(this.#setup, target, context, former) };
    } catch (error) {
      const fields = { job: this.#setup.job.name, address: hideLogin(target.url), error };
      context.log.error("target is not valid and is left out", fields);
      return undefined;
    }
  }

  #logLeftOut({ invalid, dropped, droppedCount }: BuiltTargets): void {
    const { log } = this.#shared.context;
    const job = this.#setup.job.name;
    if (droppedCount > 0) {
      const addresses = dropped.map((labels) => labels.get("__address__"));
      log.debug("targets were dropped by relabelling", { job, count: droppedCount, addresses });
    }
    for (const { discovered, reason } of invalid) {
      const address = discovered.get("__address__");
      log.error("target is not valid and is left out", { job, address, reason });
    }
  }
  /** The limit is one for all shares. */
  #checkTargetLimit(elsewhere: number): void {
    const { targetLimit } = this.#setup.job;
    const count = this.#loops.size + elsewhere;
    const exceeded = targetLimit > 0 && count > targetLimit;
    if (exceeded && tellsOfAll(this.#shared.context.share)) this.#shared.counters.targetLimit.add(1);
    const error = exceeded ? `target_limit exceeded (number of targets: ${count}, limit: ${targetLimit})` : undefined;
    for (const loop of this.#loops.values()) loop.forcedError = error;
  }

  #contextOf(job: Job): LoopContext {
    const { context, counters, next, seed, buffers } = this.#shared;
    return {
      job,
      context,
      counters,
      slots: createSlotLedger(counters.slots, job.name),
      next,
      seed,
      buffers,
      logFailure: (target, error) => this.#logFailure(job, target, error),
    };
  }
  #logFailure({ failureLogFile, name }: Job, target: Target, error: string): void {
    if (failureLogFile === "") return;
    const { env, log } = this.#shared.context;
    const time = isoTime(env.clock.now());
    const line = JSON.stringify({ time, level: "ERROR", msg: error, job_name: name, target: hideLogin(target.url) });
    env.files.append(failureLogFile, `${line}\n`).catch((cause: unknown) => {
      log.error("cannot write scrape failure log", { job: name, error: cause });
    });
  }
}
