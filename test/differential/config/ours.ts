import type { Env } from "@sluice/component";
import { type Definitions, runCli } from "@sluice/core";
import debug from "@sluice/exporter-debug";
import nop from "@sluice/exporter-nop";
import remoteWrite from "@sluice/exporter-prometheus-remote-write";
import prometheus from "@sluice/receiver-prometheus";
import { createSimulation } from "@sluice/testkit";
import { type Answer, comparable } from "./answer.ts";
import type { Case } from "./cases.ts";

/** What the Go collector that we ask has too. */
const definitions: Definitions = [prometheus, debug, nop, remoteWrite];
const build = { command: "sluice", description: "Under test", version: "0.0.0" };

/** Asks our own command line, in a world in memory. */
export async function ask({ name, files, variables, args }: Case): Promise<Answer> {
  const simulation = createSimulation();
  for (const [path, text] of Object.entries(files)) simulation.files.write(path, text);
  const output = { stdout: "", stderr: "" };
  const process: Env["process"] = {
    ...simulation.env.process,
    env: variables,
    write(stream, text) {
      output[stream] += text;
    },
  };
  const run = async (command: string, ...flags: readonly string[]): Promise<number> => {
    const line = [command, "--config=config.yaml", ...args, ...flags];
    const env = { ...simulation.env, process };
    return await runCli({ build, definitions, env, args: line, onStopSignal: () => () => {}, exit: () => {} });
  };
  if ((await run("validate")) !== 0) return { name, error: output.stderr };
  output.stdout = "";
  const code = await run("print-config", "--mode=unredacted");
  if (code !== 0) throw new Error(`BUG: "${name}" is valid and cannot be printed: ${output.stderr}`);
  return { name, config: comparable(output.stdout, true) };
}
