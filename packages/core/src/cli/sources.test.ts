import { expect, test } from "vitest";
import type { Converter, Provider } from "../config/index.ts";
import { runCommand } from "./cli.testing.ts";

const text = `
receivers: { tick: }
exporters: { sink: }
service: { pipelines: { metrics: { receivers: [tick], exporters: [sink] } } }
`;
const providers = new Map<string, Provider>([
  ["store", (key) => ({ kind: "text", text: key === "main" ? text : "", source: `store:${key}` })],
]);
/** What every command that reads a configuration makes of one that only `options` make one. */
async function check(args: readonly string[], options: object, expected: RegExp) {
  const { stdout, stderr } = await runCommand(args, { options });
  expect(stdout + stderr).toMatch(expected);
}

test("a distribution's own providers are asked, and no others", async () => {
  for (const command of ["validate", "print-config"]) {
    await check([command, "--config", "store:main"], { providers }, /^store:main:2:14: receivers::tick: /m);
    await check([command, "--config", "env:X"], { providers }, /found the scheme "env", expected one of store/);
    await check([command, "--config", "store:main"], {}, /found the scheme "store", expected one of env, file/);
  }
  await check(["--dry-run", "--config", "env:X"], { providers }, /found the scheme "env", expected one of store/);
  await check(["--config", "env:X"], { providers }, /found the scheme "env", expected one of store/);
  await check(["components"], { providers }, /providers:\n\s+- scheme: store\n/);
});

test("converters change what every command reads", async () => {
  const converters: readonly Converter[] = [
    () => {
      throw new Error("no licence");
    },
  ];
  const refused = /cannot convert the configuration: no licence/;
  const config = ["--config", `yaml:${text}`];
  await check(["validate", ...config], { converters }, refused);
  await check(["print-config", ...config], { converters }, refused);
  await check(["--dry-run", ...config], { converters }, refused);
  await check(config, { converters }, refused);
});
