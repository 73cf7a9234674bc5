import { createContext } from "@sluice/testkit";
import { expect } from "vitest";
import {
  createLedger,
  createSender,
  type Item,
  type QueueConfig,
  type RetryConfig,
  type SenderOptions,
  type SenderSettings,
} from "./index.ts";

export const retry: RetryConfig = {
  enabled: true,
  initial_interval: 50,
  randomization_factor: 0.5,
  multiplier: 1.5,
  max_interval: 30_000,
  max_elapsed_time: 300_000,
};
export const queue: QueueConfig = { num_consumers: 2, queue_size: 10, sizer: "requests", block_on_overflow: false };
export const item = (name: number, lane = 0, more: Partial<Item> = {}): Item => ({
  body: Uint8Array.of(name),
  rawBytes: 100,
  items: 10,
  points: 4,
  lane,
  key: "",
  ...more,
});

export type Answer = Error | undefined | "hang";
/** A sender whose backend answers what `answer` says; remembers what arrived. `post` makes the way to another backend. */
export function setUp(
  answer: (names: number[], tries: number) => Answer,
  more: { queue?: QueueConfig | undefined; retry?: RetryConfig; slowMs?: number; lingerMs?: number } = {},
) {
  const ctx = createContext({ kind: "exporter", id: "test" });
  const ledger = createLedger(ctx.meter, "metrics");
  const arrived: number[][] = [];
  let tries = 0;
  const post =
    (to: typeof answer): SenderSettings["post"] =>
    async (items, signal) => {
      const names = items.map((each) => each.body[0]!);
      const result = to(names, ++tries);
      if (result === "hang")
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      await ctx.env.timers.sleep(more.slowMs ?? 1);
      if (result instanceof Error) throw result;
      arrived.push(names);
    };
  const settings: SenderSettings = {
    queue: "queue" in more ? more.queue : queue,
    retry: more.retry ?? retry,
    maxMergedBytes: 250,
    lingerMs: more.lingerMs ?? 0,
    post: post(answer),
  };
  const { env, log, meter, share } = ctx;
  const status: SenderOptions["status"] = (reported, error) => ctx.status(reported, error);
  const sender = createSender({ env, log, meter, status, ledger, share, maxQueuedBytes: 10_000, ...settings });
  const account = () => {
    const value = (name: string) => ctx.meter.value(`sluice_exporter_${name}_items`);
    const [accepted, delivered, rejected, queued] = [
      value("accepted"),
      value("delivered"),
      value("rejected"),
      value("queued"),
    ];
    const dropped = value("dropped");
    expect(accepted).toBe(delivered + rejected + dropped + queued);
    const { dropped: byReason, ...totals } = ledger.totals;
    const allDropped = Object.values(byReason).reduce((sum, items) => sum + items, 0);
    expect({ ...totals, dropped: allDropped }).toEqual({ accepted, delivered, rejected, dropped, queued });
    return { accepted, delivered, rejected, dropped, queued };
  };
  return { ctx, sim: ctx.simulation, sender, settings, post, arrived, account, tries: () => tries };
}
