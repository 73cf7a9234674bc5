import { PermanentError, RetryLaterError } from "@sluice/component";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Item, QueueConfig, SenderSettings } from "./index.ts";
import { item, retry, setUp } from "./sender.testing.ts";

const sources = 6;
const nameOf = ({ body }: Item): number => body[0]! * 256 + body[1]!;

/** What a backend does with a request; "lost" stores it, and the answer never comes. */
const answers = ["ok", "ok", "ok", "error", "lost", "later", "never"] as const;
type Answer = (typeof answers)[number];

/** A backend that remembers what it stored, what it confirmed, and whether requests kept the rules. */
function createBackend(sleep: (ms: number) => Promise<void>) {
  const script: { answers: readonly Answer[]; slowMs: number } = { answers: ["ok"], slowMs: 1 };
  const stored: Item[] = [];
  const confirmed: Item[] = [];
  const refused = new Set<number>();
  /** Stored without that the sender knows. */
  const uncertain = new Set<number>();
  const failedWith = new Map<number, ReadonlySet<number>>();
  const lanes = new Set<number>();
  /** What a request may not do; thrown inside `post` it would be taken for the network's doing. */
  const broken: string[] = [];
  let at = 0;
  /** A new function each time: another backend as the sender sees it. */
  const makePost = (): SenderSettings["post"] => async (items) => {
    const names = items.map(nameOf);
    for (const lane of new Set(items.map(({ lane }) => lane))) {
      if (lanes.has(lane)) broken.push(`two requests with items of lane ${lane} under way`);
      lanes.add(lane);
    }
    for (const name of names) {
      const before = failedWith.get(name);
      if (before !== undefined)
        expect(
          names.every((each) => before.has(each)),
          "a request never grows",
        ).toBe(true);
    }
    const answer = script.answers[at++ % script.answers.length]!;
    await sleep(script.slowMs);
    for (const { lane } of items) lanes.delete(lane);
    if (answer === "ok" || answer === "lost") stored.push(...items);
    if (answer === "ok") confirmed.push(...items);
    if (answer === "never") for (const name of names) refused.add(name);
    if (answer === "lost") for (const name of names) uncertain.add(name);
    if (answer === "error" || answer === "lost" || answer === "later") {
      for (const name of names) failedWith.set(name, new Set(names));
    }
    if (answer === "later") throw new RetryLaterError("wait", 300);
    if (answer === "never") throw new PermanentError("no");
    if (answer !== "ok") throw new Error(answer);
  };
  return { script, stored, confirmed, refused, uncertain, broken, makePost };
}

const queueSettings: fc.Arbitrary<QueueConfig> = fc.record({
  num_consumers: fc.integer({ min: 1, max: 8 }),
  queue_size: fc.integer({ min: 1, max: 40 }),
  sizer: fc.constantFrom("requests", "items", "bytes"),
  block_on_overflow: fc.boolean(),
});
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ send: fc.nat(sources - 1), count: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 3, arbitrary: fc.record({ advance: fc.nat(400) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        answers: fc.array(fc.constantFrom(...answers), { minLength: 1, maxLength: 5 }),
        slowMs: fc.integer({ min: 1, max: 50 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        queue: fc.option(queueSettings, { nil: undefined, freq: 2 }),
        maxMergedBytes: fc.integer({ min: 50, max: 500 }),
        lingerMs: fc.constantFrom(0, 0, 20, 1000),
        moves: fc.boolean(),
      }),
    },
  ),
  { minLength: 5, maxLength: 60 },
);

test("whatever is changed while whatever goes wrong: nothing lost, nothing twice, a lane's order kept", async () => {
  const run = async (script: typeof steps extends fc.Arbitrary<infer S> ? S : never) => {
    const { sim, ctx, sender, settings, account } = setUp(() => undefined);
    const backend = createBackend((ms) => ctx.env.timers.sleep(ms));
    let now: SenderSettings = { ...settings, retry: { ...retry, max_elapsed_time: 0 }, post: backend.makePost() };
    sender.update(now);
    const sent: Item[] = [];
    const refused = new Set<Item>();
    // As a scrape loop: a source sends when what it sent before was taken or refused.
    const turns = Array.from({ length: sources }, () => Promise.resolve());
    let name = 0;
    for (const step of script) {
      if ("send" in step) {
        const items = Array.from({ length: step.count }, () =>
          item(0, step.send, { body: Uint8Array.of(++name >> 8, name & 255), items: 1 + (name % 7) }),
        );
        turns[step.send] = turns[step.send]!.then(async () => {
          sent.push(...items);
          await sender.send(items).catch((error: Error) => {
            if (!(error instanceof PermanentError && error.message === "no"))
              for (const each of items) refused.add(each);
          });
        });
      } else if ("advance" in step) await sim.advance(step.advance);
      else if ("answers" in step) Object.assign(backend.script, step);
      else {
        const { queue, maxMergedBytes, lingerMs } = step;
        now = { ...now, queue, maxMergedBytes, lingerMs };
        if (step.moves) now = { ...now, post: backend.makePost() };
        sender.update(now);
      }
      account();
    }
    Object.assign(backend.script, { answers: ["ok"], slowMs: 1 });
    await sim.run(Promise.all(turns), 60_000);
    await sim.run(sender.shutdown(), 60_000);
    check({ ...backend, sent, ended: refused, account: account() });
  };
  await fc.assert(fc.asyncProperty(steps, run), { numRuns: 150 });
});

interface Result
  extends Pick<ReturnType<typeof createBackend>, "stored" | "confirmed" | "refused" | "uncertain" | "broken"> {
  readonly sent: readonly Item[];
  /** Of batches that were not taken; without a queue the first items of one may have gone out. */
  readonly ended: ReadonlySet<Item>;
  readonly account: { accepted: number; delivered: number; rejected: number; dropped: number; queued: number };
}
function check({ broken, stored, confirmed, refused, uncertain, sent, ended, account }: Result): void {
  expect(broken).toEqual([]);
  const sum = (items: readonly Item[]) => items.reduce((total, each) => total + each.items, 0);
  expect(new Set(confirmed).size, "confirmed once").toBe(confirmed.length);
  const rejected = sent.filter((each) => refused.has(nameOf(each)));
  expect(account).toMatchObject({ delivered: sum(confirmed), rejected: sum(rejected), dropped: 0, queued: 0 });
  const done = new Set([...confirmed, ...rejected]);
  for (const each of sent) expect(done.has(each) || ended.has(each), "nothing lost").toBe(true);
  const times = new Map<Item, number>();
  for (const each of stored) times.set(each, (times.get(each) ?? 0) + 1);
  for (const [each, count] of times) if (count > 1) expect(uncertain.has(nameOf(each)), "stored twice").toBe(true);
  for (let lane = 0; lane < sources; lane++) {
    for (const list of [confirmed, [...new Set(stored)]]) {
      const order = list.filter((each) => each.lane === lane).map(nameOf);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  }
}
