import { metricsBatch } from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createWorld, type Reloadable, startReloadable } from "./world.testing.ts";

/** A configuration of test components: pipelines that begin at receivers, and one behind each connector. */
interface Model {
  readonly heads: readonly {
    readonly receivers: readonly string[];
    readonly processors: readonly string[];
    readonly ends: readonly string[];
  }[];
  /** Of the pipeline behind a connector, by the connector's id. */
  readonly tails: Readonly<
    Record<string, { readonly processors: readonly string[]; readonly ends: readonly string[] }>
  >;
  readonly values: Readonly<Record<string, number>>;
  readonly extensions: readonly string[];
  /** What happens in a reload to this one that then fails. */
  readonly fault: string | undefined;
}
const receivers = ["in", "in/b", "in_live", "in_live/b"];
const processors = ["step", "step/b", "step_live", "step_live/b"];
const exporters = ["out", "out/b", "out_live"];
const connectors = ["join", "join_live"];
const extensions = ["aid", "aid_live"];
const all = { receivers, processors, exporters, connectors, extensions };

const some = (ids: readonly string[], minLength = 0) =>
  fc.uniqueArray(fc.constantFrom(...ids), { minLength, maxLength: 3 });
const fault = fc
  .tuple(fc.constantFrom("start", "update", "create"), fc.constantFrom(...Object.values(all).flat()))
  .map(([verb, id]) => `${verb} ${id}`);

/** `single`: each receiver is in one pipeline and each pipeline has one end, so every batch has one way to one exporter. */
function models(single: boolean): fc.Arbitrary<Model> {
  const ends = (ids: readonly string[]) => (single ? fc.constantFrom(...ids).map((id) => [id]) : some(ids, 1));
  const head = fc.record({
    receivers: some(receivers, 1),
    processors: some(processors),
    ends: ends([...exporters, ...connectors]),
  });
  const tail = fc.record({ processors: some(processors), ends: ends(exporters) });
  return fc.record({
    heads: fc.array(head, { minLength: 1, maxLength: 3 }).map((heads) => (single ? disjoint(heads) : heads)),
    tails: fc.record({ join: tail, join_live: tail }),
    values: fc.record(
      Object.fromEntries(
        Object.values(all)
          .flat()
          .map((id) => [id, fc.integer({ min: 0, max: 2 })]),
      ),
    ),
    extensions: some(extensions),
    fault: fc.option(fault, { nil: undefined, freq: 3 }),
  });
}

function disjoint(heads: Model["heads"]): Model["heads"] {
  const taken = new Set<string>();
  const split = heads.map((head) => ({
    ...head,
    receivers: head.receivers.filter((id) => !taken.has(id) && taken.add(id)),
  }));
  return split.filter((head) => head.receivers.length > 0);
}

function usedConnectors({ heads }: Model): readonly string[] {
  return connectors.filter((id) => heads.some(({ ends }) => ends.includes(id)));
}

function yamlOf(model: Model): string {
  const used = usedConnectors(model);
  const list = (ids: readonly string[]) => `[${ids.join(", ")}]`;
  const sections = Object.entries(all).map(([section, ids]) => {
    const there = section === "connectors" ? used : ids;
    return `${section}: { ${there.map((id) => `${id}: { value: "v${model.values[id]}" }`).join(", ")} }`;
  });
  const pipelines = [
    ...model.heads.map((head, at) => [`metrics/${at}`, head.receivers, head.processors, head.ends] as const),
    ...used.map((id) => [`metrics/${id}`, [id], model.tails[id]!.processors, model.tails[id]!.ends] as const),
  ];
  const lines = pipelines.map(
    ([id, from, through, to]) =>
      `    ${id}: { receivers: ${list(from)}, processors: ${list(through)}, exporters: ${list(to)} }`,
  );
  return `${sections.join("\n")}\nservice:\n  telemetry: { metrics: { level: none } }\n  extensions: ${list(model.extensions)}\n  pipelines:\n${lines.join("\n")}\n`;
}

/** The exporters that a receiver's batch reaches, one entry a way. */
function reached({ heads, tails }: Model, receiver: string): readonly string[] {
  const ends = heads.filter((head) => head.receivers.includes(receiver)).flatMap((head) => head.ends);
  return ends.flatMap((id) => tails[id]?.ends ?? [id]).toSorted();
}

/** Reloads, with the model's fault if any; gives the model that is in force then. */
async function reloadTo(world: Reloadable, model: Model, before: Model): Promise<Model> {
  world.faults.clear();
  const kinds = ["receiver", "processor", "exporter", "connector", "extension"];
  const [verb, id] = model.fault?.split(" ") ?? [];
  if (verb !== undefined) for (const kind of kinds) world.faults.set(`${verb} ${kind} ${id}`, new Error("no room"));
  const { kind } = await world.reload(yamlOf(model));
  if (model.fault === undefined) expect(kind).not.toBe("refused");
  return kind === "refused" ? before : model;
}

async function stopAndCheck(world: Reloadable): Promise<void> {
  world.faults.clear();
  await world.stop();
  expect(world.simulation.open()).toEqual([]);
  expect(world.wrongs).toEqual([]);
  for (const { name, starts, shutdowns } of world.instances)
    expect([name, starts <= 1, shutdowns]).toEqual([name, true, 1]);
}

test("after any reload every batch goes where the configuration in force says", async () => {
  const property = fc.asyncProperty(
    fc.array(models(false), { minLength: 10, maxLength: 10 }),
    async ([first, ...others]) => {
      let force = { ...first!, fault: undefined };
      const world = await startReloadable(yamlOf(force));
      for (const model of others) {
        const ways = new Map(world.next);
        const next = await reloadTo(world, model, force);
        // One that was refused left new instances behind that never came into force.
        if (next === force) for (const [id, way] of ways) world.next.set(id, way);
        force = { ...next, fault: undefined };
        for (const receiver of receivers.filter((id) => force.heads.some((head) => head.receivers.includes(id)))) {
          world.taken.length = 0;
          await world.simulation.run(world.next.get(receiver)!(metricsBatch([{ name: "a", value: 1 }])));
          expect(world.taken.map(({ exporter }) => exporter).toSorted()).toEqual(reached(force, receiver));
        }
      }
      await stopAndCheck(world);
    },
  );
  await fc.assert(property, { numRuns: 15 });
});

test("while batches flow through 200 reloads, none is lost or doubled, and each receiver's keep their order", async () => {
  const property = fc.asyncProperty(
    fc.array(models(true), { minLength: 20, maxLength: 20 }),
    async ([first, ...others]) => {
      let force = { ...first!, fault: undefined };
      const world = createWorld();
      const { env } = world.simulation;
      const pause = () => env.timers.sleep(Math.floor(env.random.next() * 4));
      // Everything takes a while, so that reloads and batches meet at every point.
      world.gates.get = pause;
      const sent = new Map<object, { readonly source: object; readonly at: number }>();
      world.source.begin = (_, next) => {
        const source = { ended: false, at: 0 };
        async function send(): Promise<void> {
          while (!source.ended) {
            const batch = metricsBatch([{ name: "a", value: 1 }]);
            sent.set(batch, { source, at: source.at });
            source.at += 1;
            await next(batch);
            await pause();
          }
        }
        const sending = send();
        return () => {
          source.ended = true;
          return sending;
        };
      };
      const running = await startReloadable(yamlOf(force), world);
      for (const model of others) force = { ...(await reloadTo(running, model, force)), fault: undefined };
      await stopAndCheck(running);
      expect(sent.size).toBeGreaterThan(50);
      expect(world.taken).toHaveLength(sent.size);
      expect(new Set(world.taken.map(({ batch }) => batch)).size).toBe(sent.size);
      const last = new Map<object, number>();
      for (const { source, at } of world.taken.map(({ batch }) => sent.get(batch)!)) {
        expect(at).toBe((last.get(source) ?? -1) + 1);
        last.set(source, at);
      }
    },
  );
  await fc.assert(property, { numRuns: 10, endOnFailure: true });
}, 30_000);
