import { expect, test } from "vitest";
import { createSimulation } from "./simulation.ts";

test("files in memory", async () => {
  const { env, files, advance } = createSimulation({ start: 1000 });
  files.write("/etc/a/b.yaml", "one");
  await advance(5);
  await env.files.append("/etc/a/b.yaml", "two");
  await env.files.append("log", new Uint8Array([65]));
  expect(await env.files.readText("/etc/a/b.yaml")).toBe("onetwo");
  expect(await env.files.read("/sim/log")).toEqual(new Uint8Array([65]));
  expect(files.readText("log")).toBe("A");
  await env.files.write("log", "B");
  expect(files.readText("log")).toBe("B");
  expect(await env.files.list("/etc")).toEqual(["a"]);
  expect(await env.files.stat("/etc/a/b.yaml")).toEqual({ kind: "file", size: 6, modifiedMs: 1005 });
  expect(await env.files.stat("/etc/a")).toEqual({ kind: "directory", size: 0, modifiedMs: 1000 });
  files.remove("/etc/a");
  expect(await env.files.stat("/etc/a/b.yaml")).toBe(undefined);
  expect(await env.files.list("/etc")).toEqual([]);
});

test("refusals have Node's codes", async () => {
  const { files } = createSimulation().env;
  await expect(files.read("/no")).rejects.toMatchObject({ code: "ENOENT" });
  await expect(files.readText("/")).rejects.toMatchObject({ code: "EISDIR" });
  await expect(files.list("/no")).rejects.toMatchObject({ code: "ENOENT" });
  await expect(files.append("/no/a", "")).rejects.toMatchObject({ code: "ENOENT" });
  await expect(files.write("/no/a", "")).rejects.toMatchObject({ code: "ENOENT" });
  await expect(files.write("/", "")).rejects.toMatchObject({ code: "EISDIR" });
});

test("a watch is told once for changes that come together", async () => {
  const { env, files, settle, open } = createSimulation();
  const seen: string[] = [];
  const watch = env.files.watch("/etc", () => seen.push("changed"));
  files.write("/etc/a", "1");
  files.write("/etc/b", "1");
  await settle();
  expect(seen).toEqual(["changed"]);
  files.remove("/etc/a");
  files.write("/other/a", "1");
  await settle();
  expect(seen).toEqual(["changed", "changed"]);
  expect(open()).toEqual(["watch on /etc"]);
  watch.cancel();
  files.write("/etc/a", "2");
  await settle();
  expect(seen).toHaveLength(2);
  expect(open()).toEqual([]);
});

test("a process that writes down what it is told", () => {
  const { env, process } = createSimulation();
  process.env.HOME = "/home";
  env.process.write("stdout", "a");
  env.process.write("stderr", "b");
  expect([process.stdout, process.stderr, env.process.env.HOME]).toEqual(["a", "b", "/home"]);
});
