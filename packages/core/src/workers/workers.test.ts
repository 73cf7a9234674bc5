import type { Consume } from "@sluice/component";
import { metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { get } from "../world.testing.ts";
import { prepareThreaded, startThreaded, type Threaded } from "./workers.testing.ts";

const yaml = `
receivers: { in: , in_live: , stubborn: }
processors: { step: , moody: , one: }
exporters: { out: , out_live: }
extensions: { aid: }
service:
  workers: 3
  extensions: [aid]
  telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus: { port: 9001 } } } }] } }
  pipelines:
    metrics: { receivers: [in, in_live], processors: [step, moody], exporters: [out, out_live] }
    metrics/whole: { receivers: [stubborn], processors: [one], exporters: [out] }
`;
const batch = metricsBatch([{ name: "a", value: 1 }]);

/** The lines of a journal that begin so, counted. */
function count(lines: readonly string[], beginning: string): number {
  return lines.filter((line) => line.startsWith(beginning)).length;
}
/** The value on the metrics page of what begins so. */
async function metric({ simulation }: Threaded, beginning: string): Promise<number | undefined> {
  const page = await simulation.run(get(simulation.env, 9001, "/metrics"));
  const line = page.split("\n").find((one) => one.startsWith(beginning));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
}
/** The log, for messages. */
function logged({ simulation }: Threaded): string {
  return simulation.process.stderr;
}

test("every thread runs what can be spread, with its share, and the first one the rest", async () => {
  const threaded = prepareThreaded(yaml);
  const { simulation, running, journal, shares, threads } = threaded;
  await simulation.run(running.start());
  expect(shares.get("receiver in")?.toSorted()).toEqual(["0 of 3", "1 of 3", "2 of 3"]);
  expect(shares.get("exporter out_live")?.toSorted()).toEqual(["0 of 3", "1 of 3", "2 of 3"]);
  expect(
    ["start receiver in", "start exporter out", "start extension aid"].map((line) => count(journal, line)),
  ).toEqual([6, 6, 1]);
  await simulation.advance(1);
  const heapBytes = Math.floor(simulation.env.process.heapLimit / 3);
  expect(threads.started).toEqual([1, 2].map((number) => ({ name: `worker ${number}`, heapBytes })));
  expect(logged(threaded)).toMatch(/stays in one thread.*"metrics\/whole".*the receiver \\"stubborn\\" does all or/);
  expect(logged(threaded).match(/everything is ready/g)).toHaveLength(1);
  await simulation.run(running.stop());
  expect(count(journal, "shutdown receiver in")).toBe(6);
  expect(threaded.wrongs).toEqual([]);
  expect([simulation.open(), threads.alive]).toEqual([[], 0]);
});

test("own metrics are the sums of all threads, under the names and labels of one", async () => {
  const threaded = prepareThreaded(yaml);
  const { simulation, running, source } = threaded;
  const ways: Consume[] = [];
  source.begin = (id, next) => {
    if (id === "in") ways.push(next);
    return async () => {};
  };
  await simulation.run(running.start());
  for (const [index, way] of ways.entries()) for (let i = 0; i <= index; i++) await simulation.run(way(batch));
  expect(await metric(threaded, 'otelcol_receiver_accepted_metric_points{receiver="in"}')).toBe(6);
  const incoming = 'otelcol_processor_incoming_items{otel_signal="metrics",processor="step"}';
  expect(await metric(threaded, incoming)).toBe(6);
  expect(await metric(threaded, "sluice_worker_failures")).toBe(0);
  // Of the process there is one, of heaps three.
  const { heapUsed, rss } = simulation.process.memory;
  expect(await metric(threaded, "otelcol_process_memory_rss")).toBe(rss);
  expect(await metric(threaded, "otelcol_process_runtime_heap_alloc_bytes")).toBe(3 * heapUsed);
  await simulation.run(running.stop());
});

test("what a thread logs comes out once, as if the first had said it", async () => {
  const threaded = await startThreaded(yaml);
  const { simulation, running, contexts } = threaded;
  const { log } = contexts.get("receiver in")!;
  const error = new Error("outer", { cause: new TypeError("inner") });
  log.warn("told by one thread", { error, big: 2n ** 70n, list: [new Map([["a", 1]])], self: log });
  log.debug("not told at this level");
  await simulation.advance(1000);
  expect(logged(threaded).match(/told by one thread.*/g)).toEqual([
    expect.stringContaining('"error": "outer: inner", "big": 1180591620717411303424, "list": [{"a": 1}]'),
  ]);
  expect(logged(threaded)).toMatch(/warn\treceiver\/in\ttold by one thread/);
  expect(logged(threaded)).not.toContain("not told");
  await simulation.run(running.stop());
});

test("a reload comes into force in all threads, or in none", async () => {
  const threaded = await startThreaded(yaml);
  const { simulation, running, journal } = threaded;
  const changed = yaml
    .replace("in_live: ,", "in_live: { value: new }, in/added: ,")
    .replace("[in, ", "[in, in/added, ");
  const bad = await threaded.reload(changed.replace("moody: ", "moody: { bad: true }"));
  expect(bad).toMatchObject({ kind: "refused", error: { message: expect.stringContaining("in a bad mood") } });
  // In the thread that failed receivers would have come later.
  expect(["apply", "discard receiver in_live"].map((line) => count(journal, line))).toEqual([0, 2]);
  expect(count(journal, "create receiver in/added")).toBe(count(journal, "shutdown receiver in/added"));

  journal.length = 0;
  expect(await threaded.reload(changed)).toMatchObject({ kind: "applied" });
  const wanted = ["apply receiver in_live", "start receiver in/added", "create receiver in_live"];
  expect(wanted.map((line) => count(journal, line))).toEqual([3, 3, 0]);
  expect(await threaded.reload(changed)).toMatchObject({ kind: "unchanged" });
  await simulation.run(running.stop());
  expect(simulation.open()).toEqual([]);
});

test("a receiver that may no longer be spread does all in the first thread", async () => {
  const threaded = await startThreaded(yaml);
  const { simulation, running, shares, journal } = threaded;
  const result = await threaded.reload(yaml.replace("[step, moody]", "[step, one]"));
  expect(result).toMatchObject({ kind: "applied" });
  expect(shares.get("receiver in")!.slice(3)).toEqual(["0 of 1"]);
  await simulation.settle();
  expect(count(journal, "shutdown receiver in_live")).toBe(3);
  await threaded.reload(yaml);
  expect(shares.get("receiver in")!.slice(4).toSorted()).toEqual(["0 of 3", "1 of 3", "2 of 3"]);
  await simulation.run(running.stop());
  expect(threaded.wrongs).toEqual([]);
});

test("how many threads there are is not changed by a reload", async () => {
  const threaded = await startThreaded(yaml);
  const error = { message: "cannot change service::workers from 3 to 2 by a reload: restart the collector" };
  expect(await threaded.reload(yaml.replace("workers: 3", "workers: 2"))).toMatchObject({ kind: "refused", error });
  expect(await threaded.reload(yaml)).toMatchObject({ kind: "unchanged" });
  await threaded.simulation.run(threaded.running.stop());
});

/** The collector ends with this when its second worker dies of `cause`. */
async function checkDeath(cause: Error | undefined, expected: string) {
  const threaded = await startThreaded(yaml);
  const { simulation, running, threads, journal } = threaded;
  threads.kill(1, cause);
  const failure = await simulation.run(running.ended);
  expect(failure).toMatchObject({ message: "worker 2 died", cause: { message: expected } });
  expect(logged(threaded)).toContain(`worker 2 died: ${expected}`);
  // The others drain as ever.
  expect(count(journal, "shutdown receiver in")).toBe(4);
}
test("a thread that dies ends the collector with an error, after the others have drained", async () => {
  await checkDeath(new Error("out of memory"), "out of memory");
  await checkDeath(undefined, "it ended by itself");
});

test("a component that cannot go on in a thread ends the collector", async () => {
  const { simulation, running, contexts } = await startThreaded(yaml);
  contexts.get("receiver in")!.status("fatal_error", new Error("no more"));
  expect(await simulation.run(running.ended)).toMatchObject({
    message: expect.stringContaining('receiver "in" reported a fatal error'),
  });
});

test("a thread that cannot start keeps the collector from starting", async () => {
  const { simulation, running } = prepareThreaded(yaml.replace("moody: ", "moody: { bad: true }"));
  await expect(simulation.run(running.start())).rejects.toThrow("in a bad mood");
  await simulation.settle();
  expect(simulation.open()).toEqual([]);
});

test("nor does one stay behind when a component cannot be created", async () => {
  const { simulation, running, faults, threads } = prepareThreaded(yaml);
  faults.set("create receiver in", new Error("no such thing"));
  await expect(simulation.run(running.start())).rejects.toThrow('cannot create receiver "in"');
  await simulation.settle();
  expect([simulation.open(), threads.alive]).toEqual([[], 0]);
});

test("one worker is no thread", async () => {
  const { simulation, running, threads, shares } = await startThreaded(yaml.replace("workers: 3", "workers: 1"));
  expect(threads.started).toEqual([]);
  expect(shares.get("receiver in")).toEqual(["0 of 1"]);
  await simulation.run(running.stop());
});

test("extensions hear of the instances of all threads as of one", async () => {
  const threaded = await startThreaded(yaml);
  const { simulation, running, contexts, journal } = threaded;
  contexts.get("exporter out")!.status("recoverable_error", new Error("no answer"));
  await simulation.settle();
  expect(journal).toEqual(["aid hears exporter out recoverable_error"]);
  contexts.get("exporter out")!.status("ok");
  await simulation.settle();
  expect(journal.slice(1)).toEqual(["aid hears exporter out ok"]);
  await simulation.run(running.stop());
});
