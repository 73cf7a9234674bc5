import type { Consume, Context, Timer } from "@sluice/component";
import { isoTime } from "@sluice/data";
import { createPrometheusHttpClient, type HttpClient, hideLogin, type Scratch } from "@sluice/lib-http";
import { compileRelabel, type LabelSet } from "@sluice/lib-prometheus";
import type { Counters } from "./counters.ts";
import type { Job } from "./job.ts";
import { defaultScope } from "./metric.ts";
import { TargetPage } from "./page.ts";
import { acceptHeader } from "./protocol.ts";
import { createReporter } from "./report.ts";
import { type LoopContext, ScrapeLoop } from "./scrape-loop.ts";
import { withExternal } from "./series.ts";
import type { Discovery } from "./target-group.ts";
import { buildTargets, type Target } from "./targets.ts";

/** What all jobs share. */
export interface PoolContext {
  readonly context: Context;
  readonly counters: Counters;
  readonly next: Consume<"metrics">;
  readonly externalLabels: LabelSet;
  readonly trimSuffixes: boolean;
  readonly seed: string;
  readonly buffers: Scratch[];
}

/** Changes of targets are taken over at most this often. */
const UPDATE_EVERY_MS = 5000;

/** Rows of a target's table that no page shows any more, below which renewing it is not worth the work. */
const UNSEEN_ROWS = 1024;

/** The targets of one job, each with its loop. */
export class ScrapePool {
  readonly job: Job;
  readonly #shared: PoolContext;
  readonly #discoveries: readonly Discovery[];
  readonly #relabel: ReturnType<typeof compileRelabel>;
  readonly #metricRelabel: ReturnType<typeof compileRelabel>;
  readonly #clients = new Map<string | undefined, HttpClient>();
  readonly #loops = new Map<string, ScrapeLoop>();
  readonly #retiring = new Map<string, ScrapeLoop>();
  /** The loops of targets that are there, by the labels of their samples. */
  #byLabels: ReadonlyMap<string, ScrapeLoop> = new Map();
  #update: Timer | undefined;
  #changed = false;
  #stopped = false;

  constructor(job: Job, discoveries: readonly Discovery[], shared: PoolContext) {
    this.job = job;
    this.#shared = shared;
    this.#discoveries = discoveries;
    this.#relabel = compileRelabel(
      job.own.relabel_configs.filter((rule) => rule !== null),
      job.nameScheme,
    );
    this.#metricRelabel = compileRelabel(
      job.own.metric_relabel_configs.filter((rule) => rule !== null),
      job.nameScheme,
    );
  }

  /** The loops of targets that are there. */
  get loops(): Iterable<ScrapeLoop> {
    return this.#loops.values();
  }

  async start(): Promise<void> {
    await Promise.all(this.#discoveries.map((discovery) => discovery.start(() => this.#note())));
    this.#sync();
  }
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#update?.cancel();
    for (const discovery of this.#discoveries) discovery.stop();
    await Promise.all([...this.#loops.values(), ...this.#retiring.values()].map((loop) => loop.stop()));
    for (const client of this.#clients.values()) client.close();
  }

  /** A discovery found something else: taken over now, or together with what else comes within the next seconds. */
  #note(): void {
    this.#changed = true;
    if (this.#update === undefined && this.#started) this.#sync();
  }
  #started = false;

  #sync(): void {
    if (this.#stopped) return;
    this.#started = true;
    this.#changed = false;
    this.#takeOver();
    this.#update = this.#shared.context.env.timers.after(UPDATE_EVERY_MS, () => {
      this.#update = undefined;
      if (this.#changed) this.#sync();
    });
  }

  #takeOver(): void {
    const { job } = this;
    const { log } = this.#shared.context;
    const groups = this.#discoveries.flatMap((discovery) => [...discovery.groups()]);
    const { active, invalid, dropped, droppedCount } = buildTargets(job, this.#relabel, groups);
    if (droppedCount > 0) {
      const addresses = dropped.map((labels) => labels.get("__address__"));
      log.debug("targets were dropped by relabelling", { job: job.name, count: droppedCount, addresses });
    }
    for (const { discovered, reason } of invalid) {
      log.error("target is not valid and is left out", {
        job: job.name,
        address: discovered.get("__address__"),
        reason,
      });
    }
    const wanted = new Map(active.map((target) => [target.key, target]));
    for (const [key, loop] of this.#loops) if (!wanted.has(key)) this.#retire(key, loop);
    for (const [key, target] of wanted) if (!this.#loops.has(key)) this.#begin(key, target);
    this.#byLabels = new Map([...this.#loops.values()].map((loop) => [loop.target.labelsText, loop]));
    this.#checkTargetLimit();
  }

  #begin(key: string, target: Target): void {
    const former = this.#retiring.get(key);
    if (former !== undefined) {
      this.#retiring.delete(key);
      this.#loops.set(key, former);
      former.revive();
      return;
    }
    const loop = this.#createLoop(target);
    if (loop === undefined) return;
    this.#loops.set(key, loop);
    loop.start();
  }
  #retire(key: string, loop: ScrapeLoop): void {
    this.#loops.delete(key);
    this.#retiring.set(key, loop);
    loop.retire(
      () => this.#retiring.delete(key),
      () => this.#byLabels.get(loop.target.labelsText),
    );
  }

  #checkTargetLimit(): void {
    const { targetLimit } = this.job;
    const count = this.#loops.size;
    const exceeded = targetLimit > 0 && count > targetLimit;
    if (exceeded) this.#shared.counters.targetLimit.add(1);
    const error = exceeded ? `target_limit exceeded (number of targets: ${count}, limit: ${targetLimit})` : undefined;
    for (const loop of this.#loops.values()) loop.forcedError = error;
  }

  #createLoop(target: Target): ScrapeLoop | undefined {
    const { job } = this;
    const { context, externalLabels, trimSuffixes } = this.#shared;
    const labels = withExternal(target.labels, externalLabels);
    const order = {};
    const page = new TargetPage({
      identity: {
        job: labels.get("job") ?? "",
        instance: labels.get("instance") ?? "",
        scheme: target.scheme,
        discovered: target.discovered,
      },
      rules: {
        targetLabels: target.labels,
        honorLabels: job.own.honor_labels,
        relabel: this.#metricRelabel,
        externalLabels,
        limits: {
          label_limit: job.labelLimit,
          label_name_length_limit: job.labelNameLengthLimit,
          label_value_length_limit: job.labelValueLengthLimit,
        },
        nameScheme: job.nameScheme,
      },
      trimSuffixes,
      version: context.build.version,
      seed: Math.floor(context.env.random.next() * 0x1_0000_0000),
      order,
      honorTimestamps: job.own.honor_timestamps,
      trackTimestampsStaleness: job.own.track_timestamps_staleness,
      sampleLimit: job.sampleLimit,
      slack: UNSEEN_ROWS,
    });
    const reporter = createReporter({
      labels,
      scope: defaultScope(context.build.version),
      order,
      extra: job.extraScrapeMetrics,
      timeoutMs: target.timeoutMs,
      sampleLimit: job.sampleLimit,
      resource: () => page.resource,
    });
    try {
      const client = this.#clientFor(target.socketPath);
      const request = client.prepare({
        url: target.url,
        headers: { "X-Prometheus-Scrape-Timeout-Seconds": String(target.timeoutMs / 1000) },
      });
      return new ScrapeLoop(this.#loopContext(), { target, client, request, page, reporter });
    } catch (error) {
      context.log.error("target is not valid and is left out", {
        job: job.name,
        address: hideLogin(target.url),
        error,
      });
      return undefined;
    }
  }

  #loopContext(): LoopContext {
    const { job } = this;
    const { context, counters, next, seed, buffers } = this.#shared;
    return {
      job,
      context,
      counters,
      next,
      seed,
      buffers,
      logFailure: (target, error) => this.#logFailure(target, error),
    };
  }

  #clientFor(socketPath: string | undefined): HttpClient {
    let client = this.#clients.get(socketPath);
    if (client === undefined) {
      const { job } = this;
      const { build } = this.#shared.context;
      client = createPrometheusHttpClient(
        job.own,
        { ...this.#shared.context, baseDirectory: job.baseDirectory },
        {
          headers: {
            "User-Agent": `${build.command}/${build.version}`,
            Accept: acceptHeader(job.protocols, job.escapingScheme),
          },
          acceptEncoding: job.own.enable_compression ? "gzip" : "identity",
          ...(socketPath !== undefined && { socketPath }),
        },
      );
      this.#clients.set(socketPath, client);
    }
    return client;
  }

  #logFailure(target: Target, error: string): void {
    const { failureLogFile, name } = this.job;
    if (failureLogFile === "") return;
    const { env, log } = this.#shared.context;
    const time = isoTime(env.clock.now());
    const line = JSON.stringify({ time, level: "ERROR", msg: error, job_name: name, target: hideLogin(target.url) });
    env.files.append(failureLogFile, `${line}\n`).catch((cause: unknown) => {
      log.error("cannot write scrape failure log", { job: name, error: cause });
    });
  }
}
