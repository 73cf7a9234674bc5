import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCli } from "@sluice/core";
import { createEnv } from "@sluice/runtime";
import { temporaryFolder } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { build, definitions } from "./main.ts";

const packages = join(import.meta.dirname, "../../packages");

/** What a command prints, run in this process. */
async function run(...args: readonly string[]): Promise<string> {
  const env = createEnv();
  const written = { stdout: "", stderr: "" };
  const write = (stream: "stdout" | "stderr", text: string): void => {
    written[stream] += text;
  };
  const io = { env: { ...env, process: { ...env.process, write } }, onStopSignal: () => () => {}, exit: () => {} };
  const code = await runCli({ build, definitions, args, ...io });
  expect([code, written.stderr]).toEqual([0, ""]);
  return written.stdout;
}

/** Every good example of a component's tests, as one configuration with only it in use. */
const examples = readdirSync(packages).flatMap((folder) => {
  const [, kind = "", name = ""] = /^(receiver|processor|exporter|connector|extension)-(.+)$/.exec(folder) ?? [];
  const listed = definitions.find(
    (definition) => definition.kind === kind && definition.type === name.replaceAll("-", "_"),
  );
  if (listed === undefined) return [];
  const directory = join(packages, folder, "testdata/config");
  return readdirSync(directory)
    .filter((file) => file.endsWith(".good.yaml"))
    .map((file) => ({
      name: `${folder}/${file}`,
      kind,
      type: listed.type,
      body: readFileSync(join(directory, file), "utf8"),
    }));
});

describe("what print-config prints is the same configuration", () => {
  test("there are some", () => expect(examples.length).toBeGreaterThan(10));

  test.each(examples)("$name", async ({ kind, type, body }) => {
    const folder = await temporaryFolder();
    const sections = { receiver: "nop: ", exporter: "nop: " };
    const others = Object.entries(sections).map(([other, text]) => `${other}s: {${text}}\n`);
    const own = `${kind}s:\n  ${type}/own:\n${body.replaceAll(/^(?=.)/gm, "    ")}\n`;
    const rest = others.filter((text) => !text.startsWith(kind)).join("");
    const nop = kind === "receiver" || kind === "exporter" ? "  nop:\n" : "";
    const pipelines = "service: {pipelines: {metrics: {receivers: [nop], exporters: [nop]}}}\n";
    await writeFile(join(folder, "config.yaml"), `${own}${nop}${rest}${pipelines}`);
    const print = (file: string, ...flags: readonly string[]) =>
      run("print-config", "--config", join(folder, file), ...flags);
    const printed = await print("config.yaml", "--mode=unredacted");
    await writeFile(join(folder, "printed.yaml"), printed);
    expect(await print("printed.yaml", "--mode=unredacted")).toBe(printed);
    // With secrets hidden it still is a configuration.
    const hidden = await print("config.yaml");
    await writeFile(join(folder, "hidden.yaml"), hidden);
    expect(await print("hidden.yaml")).toBe(hidden);
  });
});
