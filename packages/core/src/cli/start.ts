import type { Env, Timer, Timers } from "@sluice/component";
import { type Collector, createCollector } from "../collector.ts";
import { type Args, type Command, type CommandIo, UsageError } from "./command.ts";
import { describeFailure } from "./failure.ts";
import { configFlags, readSource } from "./flags.ts";

/** Runs the collector: what is done when no command is named. */
export const start: Command = {
  name: "",
  summary: "Run the collector",
  usage: "--config <where> [--config <where> ...]",
  flags: [
    ...configFlags,
    { name: "watch", summary: "Reload when a file of the configuration changes, as at SIGHUP." },
    { name: "dry-run", summary: "Print what a reload with --config would do, and end." },
    {
      name: "from",
      value: "<where>",
      repeatable: true,
      file: true,
      summary: "The configuration that --dry-run takes as running; without it none.",
    },
    { name: "version", short: "v", summary: "Print the version." },
  ],
  examples: [
    "--config config.yaml",
    "--config config.yaml --set exporters.debug.verbosity=detailed",
    "--dry-run --from config.yaml --config new.yaml",
  ],

  async run(io, args) {
    if (args.isOn("version")) {
      io.print(`${io.build.command} version ${io.build.version}\n`);
      return 0;
    }
    if (args.isOn("dry-run")) return (await import("./dry-run.ts")).dryRun(io, args);
    if (args.all("from").length > 0) throw new UsageError("--from needs --dry-run");
    return runUntilStopped(io, args);
  },
};

/** After the start, a tenth of the memory is what only the start needed. */
const RELEASE_AFTER_MS = 1000;
/** With a heap larger than this many bytes it would take too long, for little. */
const RELEASE_UP_TO = 32 * 2 ** 20;

/** The first stop signal drains; a second one ends the process at once. */
async function runUntilStopped(io: CommandIo, args: Args): Promise<number> {
  const { build, definitions, env, exit, threads } = io;
  const since = env.clock.now();
  const collector = createCollector({ definitions, ...readSource(args, io), env, build, threads });
  const state = { stopping: false };
  const stopListening = io.onStopSignal(() => {
    if (state.stopping) return exit(1);
    state.stopping = true;
    // How it ended is told by `ended`.
    collector.stop().catch(() => {});
  });
  // What came of a reload is told in the log.
  const stopReloading = io.onReloadSignal?.(() => void collector.reload());
  const alive = stayAlive(env.timers);
  let watch: Timer | undefined;
  let release: Timer | undefined;
  try {
    const started = await collector.start().then(
      () => true,
      // A failure to start is told by `ended` too.
      () => false,
    );
    if (started) release = releaseMemorySoon(env);
    if (started && args.isOn("watch")) watch = await watchConfig(collector, io, since);
    const failure = await collector.ended;
    if (failure === undefined) return 0;
    io.complain(describeFailure(build, failure));
    return 1;
  } finally {
    watch?.cancel();
    release?.cancel();
    alive.cancel();
    stopReloading?.();
    stopListening();
  }
}

function releaseMemorySoon({ process, timers }: Env): Timer | undefined {
  if (process.releaseMemory === undefined) return undefined;
  return timers.after(RELEASE_AFTER_MS, () => {
    if (process.memory().heapUsed <= RELEASE_UP_TO) process.releaseMemory?.();
  });
}

async function watchConfig(collector: Collector, { env }: CommandIo, since: number): Promise<Timer> {
  const { watchFiles } = await import("./watch.ts");
  return watchFiles({ env, files: () => collector.files, since, changed: () => collector.reload() });
}

/** Node ends a process in which nothing is under way, but a collector may well have nothing to do and wait. */
function stayAlive(timers: Timers): Timer {
  let timer: Timer;
  const arm = (): void => {
    timer = timers.after(86_400_000, arm);
  };
  arm();
  return { cancel: () => timer.cancel() };
}
