/** A program with two collectors in it, run outside of the workspace: prints what they did to the process around them. */
import { defineExporter, defineReceiver, t } from "@sluice/component";
import { createCollector } from "@sluice/core";
import { createEnv } from "@sluice/runtime";

const config = t.object("Does nothing.", {});
const receiver = defineReceiver({
  type: "in",
  signals: ["metrics"],
  stability: "beta",
  config,
  create: () => ({}),
});
const exporter = defineExporter({
  type: "out",
  signals: ["metrics"],
  stability: "beta",
  config,
  create: (_config, context) => ({
    async start() {
      if (told.fatal) context.status("fatal_error", new Error("lost"));
    },
    consume: async () => {},
  }),
});
const told = { fatal: false };
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const handlers = (): string => {
  const names = ["SIGINT", "SIGTERM", "SIGHUP", "exit", "beforeExit", "uncaughtException", "unhandledRejection"];
  return names.filter((name) => process.listenerCount(name) > 0).join(" ");
};

const make = () =>
  createCollector({
    definitions: [receiver, exporter],
    config: {
      receivers: { in: {} },
      exporters: { out: {} },
      service: {
        telemetry: { metrics: { level: "none" }, logs: { level: "fatal" } },
        pipelines: { metrics: { receivers: ["in"], exporters: ["out"] } },
      },
    },
    env: createEnv({ isGuest: true }),
    build: { command: "test", description: "Test", version: "1.0.0" },
  });

const [one, other, broken] = [make(), make(), make()];
await Promise.all([one.start(), other.start()]);
print(`handlers while two run: "${handlers()}"`);
await one.stop();
print(`the other one runs: ${other.statuses().length} components`);
told.fatal = true;
await broken.start();
print(`a third one: ${(await broken.ended)?.message}`);
print(`the other one runs: ${other.statuses().length} components`);
await other.stop();
print(`handlers after all: "${handlers()}", exit code ${process.exitCode}`);
