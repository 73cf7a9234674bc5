import { createContext } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { createLedger, createSender, type Item, PartlyTakenError, SendAnewError } from "./index.ts";
import { item, queue, retry, setUp } from "./sender.testing.ts";

/** A sender whose backend refuses items of key "old", and that makes two of key "new" of each. */
function setUpRenewal(withQueue: boolean) {
  const ctx = createContext({ kind: "exporter", id: "test" });
  const ledger = createLedger(ctx.meter, "metrics");
  const arrived: string[] = [];
  const state = { fellBack: false };
  const { env, log, meter } = ctx;
  const sender = createSender({
    env,
    log,
    meter,
    ledger,
    status: (status, error) => ctx.status(status, error),
    maxQueuedBytes: 10_000,
    share: { index: 0, count: 1 },
    queue: withQueue ? queue : undefined,
    retry,
    maxMergedBytes: 250,
    lingerMs: 0,
    async post(items) {
      await env.timers.sleep(1);
      arrived.push(items.map(({ key, body }) => `${key} ${body.join()}`).join("; "));
      if (items[0]!.key !== "old") return;
      state.fellBack = true;
      throw new SendAnewError("old");
    },
    renew({ body, ...each }) {
      if (!state.fellBack || each.key !== "old") return undefined;
      const piece = (n: number): Item => ({
        ...each,
        body: Uint8Array.of(body[0]!, n),
        key: "new",
        items: 5,
        points: 2,
      });
      return [piece(1), piece(2)];
    },
  });
  return { sim: ctx.simulation, sender, ledger, arrived, size: () => ctx.meter.value("otelcol_exporter_queue_size") };
}

describe("a backend that wants another encoding", () => {
  const old = (name: number) => item(name, 0, { key: "old" });
  const account = { accepted: 30, delivered: 30, rejected: 0, dropped: {}, queued: 0 };

  test("what is queued is encoded anew, in order, and not at once", async () => {
    const { sim, sender, ledger, arrived, size } = setUpRenewal(true);
    await sender.send([old(1), old(2)]);
    await sender.send([old(3)]);
    expect(size()).toBe(2);
    await sim.run(sender.shutdown());
    expect(arrived).toEqual(["old 1; old 2", "new 1,1; new 1,2", "new 2,1; new 2,2", "new 3,1; new 3,2"]);
    expect(ledger.totals).toEqual(account);
    expect(size()).toBe(0);
  });
  test("without a queue, too", async () => {
    const { sim, sender, ledger, arrived } = setUpRenewal(false);
    await sim.run(sender.send([old(1), old(2), old(3)]));
    expect(arrived).toEqual(["old 1", "new 1,1", "new 1,2", "new 2,1", "new 2,2", "new 3,1", "new 3,2"]);
    expect(ledger.totals).toEqual(account);
  });
});

test("of a request that was taken in part, the rest is rejected", async () => {
  const check = async (taken: number, expected: object) => {
    const { ctx, sim, sender, account } = setUp(() => new PartlyTakenError("some", taken));
    await sender.send([item(1)]);
    await sim.run(sender.shutdown());
    expect(account()).toMatchObject({ accepted: 10, ...expected });
    const sent = ctx.meter.value("otelcol_exporter_sent_metric_points");
    expect(sent + ctx.meter.value("otelcol_exporter_send_failed_metric_points")).toBe(4);
  };
  await check(0, { delivered: 0, rejected: 10 });
  await check(7, { delivered: 7, rejected: 3 });
  await check(99, { delivered: 10, rejected: 0 });
});
