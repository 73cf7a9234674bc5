import type { Timer, Timers } from "@sluice/component";
import { createCollector } from "../collector.ts";
import type { Command } from "./command.ts";
import { describeFailure } from "./failure.ts";
import { configFlags, readSource } from "./flags.ts";

/** Runs the collector: what is done when no command is named. */
export const start: Command = {
  name: "",
  summary: "Run the collector",
  usage: "--config <where> [--config <where> ...]",
  flags: [...configFlags, { name: "version", short: "v", summary: "Print the version." }],
  examples: ["--config config.yaml"],

  /** The first stop signal drains; a second one ends the process at once. */
  async run(io, args) {
    const { build, definitions, env, onStopSignal, exit } = io;
    if (args.isOn("version")) {
      io.print(`${build.command} version ${build.version}\n`);
      return 0;
    }
    const collector = createCollector({ definitions, ...readSource(args, io), env, build });
    const state = { stopping: false };
    const stopListening = onStopSignal(() => {
      if (state.stopping) return exit(1);
      state.stopping = true;
      // How it ended is told by `ended`.
      collector.stop().catch(() => {});
    });
    const alive = stayAlive(env.timers);
    try {
      // A failure to start is told by `ended` too.
      await collector.start().catch(() => {});
      const failure = await collector.ended;
      if (failure === undefined) return 0;
      io.complain(describeFailure(build, failure));
      return 1;
    } finally {
      alive.cancel();
      stopListening();
    }
  },
};

/** Node ends a process in which nothing is under way, but a collector may well have nothing to do and wait. */
function stayAlive(timers: Timers): Timer {
  let timer: Timer;
  const arm = (): void => {
    timer = timers.after(86_400_000, arm);
  };
  arm();
  return { cancel: () => timer.cancel() };
}
