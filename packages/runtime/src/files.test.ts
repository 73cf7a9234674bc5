import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Timer } from "@sluice/component";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEnv } from "./env.ts";

const { files } = createEnv();
const state = { folder: "", watch: undefined as Timer | undefined };
beforeEach(async () => {
  state.folder = await mkdtemp(join(tmpdir(), "sluice-"));
});
afterEach(async () => {
  state.watch?.cancel();
  await rm(state.folder, { recursive: true, force: true });
});

test("files", async () => {
  const path = join(state.folder, "a");
  await files.append(path, "one");
  await files.append(path, Buffer.from("two"));
  await writeFile(join(state.folder, "B"), "");
  expect(await files.readText(path)).toBe("onetwo");
  expect(Buffer.from(await files.read(path)).toString()).toBe("onetwo");
  await files.write(join(state.folder, "B"), "longer");
  await files.write(join(state.folder, "B"), Buffer.from("new"));
  expect(await files.readText(join(state.folder, "B"))).toBe("new");
  expect(await files.list(state.folder)).toEqual(["B", "a"]);
  expect(await files.stat(path)).toMatchObject({ kind: "file", size: 6 });
  expect(await files.stat(state.folder)).toMatchObject({ kind: "directory" });
  expect(await files.stat(join(path, "below"))).toBe(undefined);
  expect(await files.stat("/nowhere")).toBe(undefined);
  await expect(files.read("/nowhere")).rejects.toMatchObject({ code: "ENOENT" });
  await expect(files.read(state.folder)).rejects.toMatchObject({ code: "EISDIR" });
  expect(Buffer.from(await files.read(path, 6)).toString()).toBe("onetwo");
  await expect(files.read(path, 5)).rejects.toMatchObject({ code: "EFBIG" });
  await expect(files.read(state.folder, 5)).rejects.toMatchObject({ code: "EISDIR" });
  await expect(files.read("/nowhere", 5)).rejects.toMatchObject({ code: "ENOENT" });
  // A file without an end.
  await expect(files.read("/dev/zero", 100_000)).rejects.toMatchObject({ code: "EFBIG" });
});

/** Makes changes until `told`: a watch begins some time after it was asked for. */
async function changeUntil(told: Promise<void>, change: () => Promise<unknown>): Promise<void> {
  const over = told.then(() => true);
  const pause = () => new Promise<false>((resolve) => setTimeout(resolve, 20, false));
  do await change();
  while (!(await Promise.race([over, pause()])));
}

test("changes in a directory are told", async () => {
  const told = Promise.withResolvers<void>();
  state.watch = files.watch(state.folder, told.resolve);
  await changeUntil(told.promise, () => files.append(join(state.folder, "a"), "x"));
});

test("a directory that is not there is waited for", async () => {
  const directory = join(state.folder, "later");
  const told = Promise.withResolvers<void>();
  state.watch = files.watch(directory, told.resolve);
  await changeUntil(told.promise, () => mkdir(directory, { recursive: true }));
});

test("a directory that was replaced is still watched", async () => {
  const directory = join(state.folder, "d");
  const change = () => files.append(join(directory, "a"), "x");
  const told = { fn: () => {} };
  const next = () => new Promise<void>((resolve) => Object.assign(told, { fn: resolve }));
  await mkdir(directory);
  state.watch = files.watch(directory, () => told.fn());
  await changeUntil(next(), change);
  await rename(directory, join(state.folder, "old"));
  await mkdir(directory);
  await changeUntil(next(), change);
  await changeUntil(next(), change);
});
