import {
  defineConnector,
  defineExporter,
  defineExtension,
  defineProcessor,
  defineReceiver,
  t,
} from "@sluice/component";
import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { loadConfig } from "../config/index.ts";
import { drawGraph } from "../graph.ts";
import { telemetrySchema } from "../telemetry/config.ts";
import { build } from "../world.testing.ts";
import { partOf, whyWhole } from "./spread.ts";

const extension = t.extension({ description: "Another extension." });
const config = t.object("Nothing.", { asks: t.optional(extension) });
const common = { stability: "stable", config } as const;
const metrics = { signals: ["metrics"] } as const;
const create = () => ({ consume: async () => {} });
const plain = { create: () => ({}) };
const connector = { ...common, routes: [{ from: "metrics", to: "metrics" }], create } as const;
const definitions = [
  defineReceiver({ ...common, ...metrics, type: "scrape", shares: true, ...plain }),
  defineReceiver({ ...common, ...metrics, type: "listen", ...plain }),
  defineProcessor({ ...common, ...metrics, type: "many", create }),
  defineProcessor({ ...common, ...metrics, type: "one", isSingle: true, create }),
  defineConnector({ ...connector, type: "join" }),
  defineConnector({ ...connector, type: "meet", isSingle: true }),
  defineExporter({ ...common, ...metrics, type: "push", create }),
  defineExporter({ ...common, ...metrics, type: "page", isSingle: true, create }),
  defineExtension({
    ...common,
    type: "auth",
    dependencies: ({ asks }) => (asks === undefined ? [] : [asks]),
    ...plain,
  }),
  defineExtension({ ...common, type: "health", isSingle: true, ...plain }),
];

/** Pipelines as "receivers | processors | exporters", by name. */
type Pipelines = Readonly<Record<string, string>>;

function load(pipelines: Pipelines) {
  const lines = Object.entries(pipelines).map(([name, lists]) => {
    const [receivers, processors, exporters] = lists.split("|");
    return `    metrics/${name}: { receivers: [${receivers}], processors: [${processors}], exporters: [${exporters}] }`;
  });
  const yaml = `
receivers: { scrape: , scrape/b: , scrape/asks: { asks: health }, listen: }
processors: { many: , one: }
connectors: { join: , meet: }
exporters: { push: , push/b: , push/asks: { asks: auth }, page: }
extensions: { health: , auth: { asks: auth/base }, auth/base: , auth/unused: }
service:
  extensions: [health, auth/base, auth, auth/unused]
  pipelines:
${lines.join("\n")}
`;
  const { env } = createSimulation();
  return loadConfig({ uris: [`yaml:${yaml}`], env, build, definitions, telemetry: telemetrySchema });
}

async function check(pipelines: Pipelines, expected: Readonly<Record<string, string>>) {
  const reasons = whyWhole(await load(pipelines));
  expect(Object.fromEntries([...reasons].map(([id, reason]) => [id.replace("metrics/", ""), reason]))).toEqual(
    expected,
  );
}

test("a pipeline can be spread when all that is in it can", async () => {
  await check({ a: "scrape | many | push", b: "scrape/b | | push, push/asks" }, {});
  await check({ a: "listen | | push" }, { a: 'the receiver "listen" does all or nothing' });
  await check({ a: "scrape, listen | | push" }, { a: 'the receiver "listen" does all or nothing' });
  await check({ a: "scrape | many, one | push" }, { a: 'there can be only one processor "one"' });
  await check({ a: "scrape | | page" }, { a: 'there can be only one exporter "page"' });
  await check({ a: "scrape/asks | | push" }, { a: 'there can be only one extension "health"' });
});

test("an exporter may be in both, a receiver may not", async () => {
  await check({ a: "scrape | | push", b: "listen | | push" }, { b: 'the receiver "listen" does all or nothing' });
  await check(
    { a: "scrape | | push", b: "scrape | | page" },
    { a: '"scrape" stands in the pipeline "metrics/b" too', b: 'there can be only one exporter "page"' },
  );
});

test("a connector is on both sides what it is on one", async () => {
  await check({ a: "scrape | | join", b: "join | | push" }, {});
  await check(
    { a: "scrape | | join", b: "join | | page", c: "scrape | | push", d: "scrape/b | | push" },
    {
      a: '"join" stands in the pipeline "metrics/b" too',
      b: 'there can be only one exporter "page"',
      c: '"scrape" stands in the pipeline "metrics/a" too',
    },
  );
  await check(
    { a: "scrape | | meet", b: "meet | | push" },
    { a: 'there can be only one connector "meet"', b: 'there can be only one connector "meet"' },
  );
});

/** What is built by one of two threads: each instance and its share. */
async function checkPart(index: number, pipelines: Pipelines, expected: readonly string[]) {
  const graph = drawGraph(partOf(await load(pipelines), { index, count: 2 }));
  expect(graph.map(({ kind, id, share }) => `${kind} ${id} ${share.index}/${share.count}`)).toEqual(expected);
}

test("the first thread builds everything, another one what is spread and the extensions that it needs", async () => {
  const pipelines = { a: "scrape | many | push/asks", b: "listen | many | push/asks, page" };
  await checkPart(0, pipelines, [
    "extension health 0/1",
    "extension auth/base 0/1",
    "extension auth 0/1",
    "extension auth/unused 0/1",
    "exporter push/asks 0/2",
    "exporter page 0/1",
    "processor many 0/2",
    "processor many 0/1",
    "receiver scrape 0/2",
    "receiver listen 0/1",
  ]);
  await checkPart(1, pipelines, [
    "extension auth/base 0/1",
    "extension auth 0/1",
    "exporter push/asks 1/2",
    "processor many 1/2",
    "receiver scrape 1/2",
  ]);
  await checkPart(1, { b: "listen | | push" }, []);
});

test("with one thread nothing changes", async () => {
  const config = await load({ a: "scrape | | push" });
  expect(partOf(config, { index: 0, count: 1 })).toBe(config);
});
