// A collector of two threads, the second of which dies when it has started.
import { defineExporter, defineReceiver, t } from "@sluice/component";
import { runCli } from "@sluice/core";
import { createEnv, createThreads, endProcess, onStopSignal } from "@sluice/runtime";

const common = { stability: "stable", signals: ["metrics"], config: t.object("Nothing.", {}) } as const;
const receiver = defineReceiver({
  ...common,
  type: "in",
  shares: true,
  create: (_config, { env, share }) => ({
    async start() {
      if (share.index === 0) return;
      env.timers.after(100, () => {
        throw new Error(`thrown in thread ${share.index}`);
      });
    },
    async shutdown() {
      env.process.write("stdout", `drained ${share.index} of ${share.count}\n`);
    },
  }),
});
const exporter = defineExporter({ ...common, type: "out", create: () => ({ consume: async () => {} }) });
const config = `yaml:{
  receivers: {in: }, exporters: {out: },
  service: {workers: 2, telemetry: {metrics: {level: none}}, pipelines: {metrics: {receivers: [in], exporters: [out]}}}}`;

endProcess(
  await runCli({
    build: { command: "dying", description: "A collector that dies", version: "0.0.0" },
    definitions: [receiver, exporter],
    env: createEnv(),
    threads: createThreads(import.meta.filename),
    args: ["--config", config],
    onStopSignal,
    exit: (code) => process.exit(code),
  }),
);
