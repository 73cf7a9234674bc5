import { join } from "node:path";
import { type Consume, type Context, defineProcessor, type Lifecycle, t } from "@sluice/component";
import { expect, test } from "vitest";
import { checkComponent, componentChecks } from "./check-component.ts";

const directory = join(import.meta.dirname, "../testdata/processor-sample");
type Create = (context: Context, next: Consume) => Lifecycle & { readonly consume: Consume };

/** A processor with a timer, a listener and a watch, all of which it closes. */
const good: Create = ({ env }, next) => {
  const open: (() => unknown)[] = [];
  return {
    async start() {
      const listener = await env.net.serveHttp({ address: { host: "localhost", port: 0 }, maxBodyBytes: 1 }, () => ({
        status: 200,
      }));
      const timer = env.timers.after(10_000, () => {});
      const watch = env.files.watch("/etc", () => {});
      open.push(
        () => listener.close(),
        () => timer.cancel(),
        () => watch.cancel(),
      );
    },
    consume: next,
    async shutdown() {
      for (const close of open.splice(0)) await close();
    },
  };
};

const limit = t.integer({ description: "A limit.", default: 1 });
function sample(create: Create = good, keys = { limit }, type = "sample") {
  return defineProcessor({
    type,
    signals: ["metrics", "traces", "logs"],
    stability: "alpha",
    config: t.object("A sample.", keys),
    create: (_config, context, next) => create(context, next),
  });
}

checkComponent(sample(), directory);

/** Runs the check of this name: it fails with `expected`. */
async function check(name: string, definition: ReturnType<typeof sample>, expected: string): Promise<void> {
  const found = componentChecks(definition, directory, {}).find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no check "${name}"`);
  await expect(async () => found.run()).rejects.toThrow(expected);
}

test("the suite finds wrong names", async () => {
  await check("is named by rule", sample(good, { limit }, "sam-ple"), "expected 'sam-ple' to match");
  await check("is named by rule", sample(good, { limit }, "other"), "folder: expected 'processor-sample'");
});

test("the suite finds keys without a description", async () => {
  const nameless = t.object("Below.", { key: t.string({ description: "" }) });
  await check(
    "describes every key",
    sample(good, { limit, list: t.array(nameless, { description: "A list." }) } as never),
    "without a description",
  );
});

test("the suite finds configurations that are judged otherwise", async () => {
  await check("accepts small.good.yaml", sample(good, {} as never), "expected");
  await check("refuses typo.bad.yaml", sample(good, { limt: limit } as never), "expected to be refused");
});

test("the suite finds work at create", async () => {
  const name = "does nothing outside memory at create";
  const eager: Create = (context, next) => {
    context.env.clock.now();
    return good(context, next);
  };
  await check(name, sample(eager), "create must not touch env.clock.now");
  const curious: Create = (context, next) => {
    context.extension("a", "httpClientAuth");
    return good(context, next);
  };
  await check(name, sample(curious), "create must not ask for extensions");
});

test("the suite finds what stays open", async () => {
  const leaky: Create = (context, next) => ({
    start: () => good(context, next).start!(),
    consume: next,
  });
  const name = "shuts down twice and leaves nothing open";
  await check(name, sample(leaky), "still open after shutdown: expected [ 'listener on localhost:40000', …(2) ]");
  const once: Create = (_context, next) => {
    const state = { down: false };
    return {
      consume: next,
      async shutdown() {
        if (state.down) throw new Error("shut down already");
        state.down = true;
      },
    };
  };
  await check(name, sample(once), "shut down already");
  await check("shuts down without a start", sample(once), "shut down already");
});

test("the suite finds batches that are changed", async () => {
  const number: Create = (_context, next) => ({
    async consume(batch) {
      const [part] = batch.parts;
      if (part?.form === "points") part.slots[0]! += 1;
      await next(batch);
    },
  });
  await check("leaves metrics unchanged", sample(number), "to deeply equal");
  const list: Create = () => ({
    async consume(batch) {
      (batch.parts as unknown[]).pop();
    },
  });
  await check("leaves logs unchanged", sample(list), "Cannot delete property");
  const bytes: Create = () => ({
    async consume(batch) {
      const [part] = batch.parts;
      if (part?.form === "records") part.wire[3] = 0;
    },
  });
  await check("leaves traces unchanged", sample(bytes), "to deeply equal");
});

test("the suite finds errors that are not passed on", async () => {
  const wrapped: Create = (_context, next) => ({
    consume: (batch) =>
      next(batch).catch((cause) => {
        throw new Error("next failed", { cause });
      }),
  });
  const swallowed: Create = (_context, next) => ({ consume: (batch) => next(batch).catch(() => {}) });
  await check("passes on a PermanentError for metrics", sample(wrapped), "next failed");
  await check("passes on a PermanentError for logs", sample(swallowed), "expected undefined to be PermanentError");
});
