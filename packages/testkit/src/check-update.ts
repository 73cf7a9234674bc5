import { expect } from "vitest";
import { WATCHED_MS, type World } from "./check-world.ts";

/** A component that takes configurations while it runs may refuse one before; it may not begin to work on it. */
export async function checkUpdateBeforeStart(world: World): Promise<void> {
  const context = await world.context();
  const { run, settle, open } = context.simulation;
  const component = await world.create(context);
  if (component.update === undefined) return;
  const update = await run(component.update(await world.config(context)).catch(() => undefined));
  await run(Promise.resolve(update?.discard?.()));
  await settle();
  expect(open(), "open after an update before the start").toEqual([]);
  await run(Promise.resolve(component.shutdown?.()));
}

/** An equal configuration is no change, however often it comes, and whether it is applied or given back. */
export async function checkUpdate(world: World): Promise<void> {
  const context = await world.context();
  const { run, advance, settle, open } = context.simulation;
  const component = await world.create(context);
  if (component.update === undefined) return;
  await run(Promise.resolve(component.start?.()));
  await advance(WATCHED_MS);
  const before = open().toSorted();
  for (const last of ["discard", "apply", "apply"] as const) {
    const update = await run(component.update(await world.config(context)));
    expect(update.changes, "changes of an equal configuration").toEqual([]);
    await run(Promise.resolve(update[last]?.()));
    await settle();
    expect(open().toSorted(), `open after ${last}`).toEqual(before);
  }
  await run(Promise.resolve(component.shutdown?.()));
  await run(Promise.resolve(component.shutdown?.()));
  await settle();
  expect(open(), "still open after shutdown").toEqual([]);
}
