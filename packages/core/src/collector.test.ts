/** What a program sees of the collector inside it; how one runs and reloads: run.test.ts, reload.test.ts. */
import type { Fields, Logger } from "@sluice/component";
import { expect, test } from "vitest";
import { type Collector, createCollector } from "./collector.ts";
import { build, createWorld } from "./world.testing.ts";

const config = {
  receivers: { in: {} },
  exporters: { out: {} },
  service: {
    telemetry: { metrics: { level: "none" } },
    pipelines: { metrics: { receivers: ["in"], exporters: ["out"] } },
  },
};
const fates = (collector: Collector): string[] =>
  collector.statuses().map(({ kind, id, status }) => `${kind} ${id} ${status}`);

test("takes its configuration as an object, over its YAML", async () => {
  const { simulation, definitions } = createWorld();
  const yaml = "exporters: { out/second: }\nservice: { pipelines: { metrics: { exporters: [out/second] } } }";
  const collector = createCollector({ definitions, yaml, config, env: simulation.env, build });
  await simulation.run(collector.start());
  expect(fates(collector)).toEqual(["exporter out ok", "receiver in ok"]);
  expect(await simulation.run(collector.reload())).toMatchObject({ kind: "unchanged" });
  await simulation.run(collector.stop());
});

test("tells how its components fare while they run", async () => {
  const { simulation, definitions } = createWorld();
  const collector = createCollector({ definitions, config, env: simulation.env, build });
  expect(fates(collector)).toEqual([]);
  await simulation.run(collector.start());
  expect(fates(collector)).toEqual(["exporter out ok", "receiver in ok"]);
  await simulation.run(collector.stop());
  expect(fates(collector)).toEqual([]);
});

test("gives its log records to the program's logger, and writes nothing", async () => {
  const { simulation, definitions } = createWorld();
  const lines: (readonly [level: string, message: string, fields: Fields | undefined])[] = [];
  const at =
    (level: keyof Logger) =>
    (message: string, fields?: Fields): void =>
      void lines.push([level, message, fields]);
  const log: Logger = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  const collector = createCollector({ definitions, config, log, env: simulation.env, build });
  await simulation.run(collector.start());
  await simulation.run(collector.stop());
  expect(lines.map(([level, message]) => `${level} ${message}`)).toEqual(
    expect.arrayContaining(["info starting", "info everything is ready", "info shutdown complete"]),
  );
  expect(lines.find(([, message]) => message === "starting")?.[2]).toMatchObject({ version: "1.2.3" });
  expect(simulation.process.stderr + simulation.process.stdout).toBe("");
});

test("two run side by side in one process", async () => {
  const { simulation, definitions } = createWorld();
  const [one, other] = [1, 2].map(() => createCollector({ definitions, config, env: simulation.env, build }));
  await simulation.run(Promise.all([one!.start(), other!.start()]));
  await simulation.run(one!.stop());
  expect(fates(other!)).toEqual(["exporter out ok", "receiver in ok"]);
  await simulation.run(other!.stop());
});
