import { ConfigError, defineProcessor, t } from "@sluice/component";
import { createContext, metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createComponent } from "./component-alone.ts";

const config = t.object("Keeps the first ones.", {
  most: t.integer({ description: "How many batches go through.", default: 2, minimum: 1 }),
});
const definition = defineProcessor({
  type: "first",
  signals: ["metrics"],
  stability: "beta",
  config,
  create({ most }, { log, meter, host }, next) {
    const count = meter.counter("first_batches", { description: "Batches.", unit: "{batch}" });
    const state = { left: most };
    return {
      async start() {
        log.info("starting", { most, pipelines: host.pipelines().length });
      },
      async consume(batch) {
        count.add(1);
        if (state.left-- > 0) await next(batch);
      },
    };
  },
});
const build = { command: "test", description: "Test", version: "1.0.0" };

async function through(given: string | object | undefined): Promise<number> {
  const { env, log } = createContext();
  const taken: unknown[] = [];
  const next = async (batch: unknown): Promise<void> => void taken.push(batch);
  const options = { env, log, build, next, ...(given !== undefined && { config: given }) };
  const component = await createComponent(definition, options);
  await component.start?.();
  for (let i = 0; i < 5; i++) await component.consume(metricsBatch([{ name: "a", value: i }]));
  await component.shutdown?.();
  return taken.length;
}
const check = async (given: string | object | undefined, expected: number): Promise<void> =>
  expect(await through(given)).toBe(expected);

test("runs one component with its configuration as an object, as YAML or left out", async () => {
  await check({ most: 3 }, 3);
  await check("most: 1", 1);
  await check(undefined, 2);
});
test("refuses a configuration with the words of a collector", async () => {
  const refused = through({ mots: 3 });
  await expect(refused).rejects.toThrow(ConfigError);
  await expect(refused).rejects.toThrow('mots: unknown key; did you mean "most"?');
});
