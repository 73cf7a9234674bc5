import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { expect, test } from "vitest";
import { createSimulation } from "./simulation.ts";

test("timers fire in order, and only when time passes", async () => {
  const { env, advance, clock } = createSimulation({ start: 1000 });
  const fired: string[] = [];
  const add = (ms: number, name: string) => env.timers.after(ms, () => fired.push(`${name} at ${clock.monotonic()}`));
  add(10, "b");
  add(5, "a");
  add(10, "c");
  add(10, "never").cancel();
  await advance(4);
  expect(fired).toEqual([]);
  await advance(6);
  expect(fired).toEqual(["a at 5", "b at 10", "c at 10"]);
  expect([clock.now(), clock.monotonic()]).toEqual([1010, 10]);
  clock.shift(-500);
  expect([clock.now(), clock.monotonic()]).toEqual([510, 10]);
});

test("a timer sees all that follows from the one before it", async () => {
  const { env, advance, clock } = createSimulation();
  const seen: number[] = [];
  const tick = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await env.timers.sleep(10);
      seen.push(clock.monotonic());
    }
  };
  void tick();
  env.timers.after(15, () => seen.push(15));
  await advance(100);
  expect(seen).toEqual([10, 15, 20, 30]);
});

test("advance rejects with what a timer throws", async () => {
  const { env, advance } = createSimulation();
  env.timers.after(1, () => {
    throw new Error("from a timer");
  });
  await expect(advance(2)).rejects.toThrow("from a timer");
});

test("run lets time pass until a promise settles", async () => {
  const { env, run, clock } = createSimulation();
  expect(await run(env.timers.sleep(1000).then(() => "done"))).toBe("done");
  expect(clock.monotonic()).toBe(1000);
  const failing = env.timers.sleep(1).then(() => Promise.reject(new Error("no")));
  await expect(run(failing)).rejects.toThrow("no");
  await expect(run(new Promise(() => {}))).rejects.toThrow("no timer is pending");
  void env.timers.sleep(500);
  await expect(run(new Promise(() => {}), 400)).rejects.toThrow(
    /^not settled within 400 ms; pending: timer due in 500 ms, set at .*sim-time\.test\.ts/,
  );
});

test("a sleep can be aborted", async () => {
  const { env, run, open } = createSimulation();
  const control = new AbortController();
  const sleeping = env.timers.sleep(1000, control.signal);
  expect(open()).toHaveLength(1);
  control.abort(new Error("stop"));
  await expect(run(sleeping)).rejects.toThrow("stop");
  expect(open()).toEqual([]);
});

test("compression in the thread pool takes no time", async () => {
  const { env, settle, advance } = createSimulation();
  const seen: string[] = [];
  const work = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await promisify(gunzip)(await promisify(gzip)(Buffer.alloc(1e6)));
    seen.push("inflated");
  };
  env.timers.after(1, () => void work());
  env.timers.after(2, () => seen.push("later"));
  await advance(2);
  await settle();
  expect(seen).toEqual(["inflated", "later"]);
});

test("random numbers come from the seed", () => {
  const draw = (seed: number): unknown[] => {
    const { random } = createSimulation({ seed }).env;
    return [random.next(), random.next(), ...random.bytes(4)];
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  const { random } = createSimulation().env;
  const numbers = Array.from({ length: 10_000 }, () => random.next());
  expect(numbers.every((x) => x >= 0 && x < 1)).toBe(true);
  expect(numbers.reduce((sum, x) => sum + x) / numbers.length).toBeCloseTo(0.5, 1);
});
