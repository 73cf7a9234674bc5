import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunningProcess, startProcess, temporaryFolder } from "@sluice/testkit";

const home = join(import.meta.dirname, "..");
/** This package's name. */
export const name = "@sluice/sdk-exporter-prometheus-remote-write";

/** A folder in which a program finds the exporter and, in its second or third version, the SDK. */
async function projectFolder(sdk: 2 | 3 = 3): Promise<string> {
  const folder = await temporaryFolder();
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "@sluice"), { recursive: true });
  await mkdir(join(modules, "@opentelemetry"));
  const link = (from: string, to: string) => symlink(join(home, from), join(modules, to));
  await link(".", name);
  for (const each of ["api", "sdk-metrics", "resources"]) {
    const from = sdk === 2 && each !== "api" ? `${each}-2` : each;
    await link(`node_modules/@opentelemetry/${from}`, `@opentelemetry/${each}`);
  }
  return folder;
}

/** A program: one file. */
export interface Run {
  readonly file: string;
  readonly code: string;
  /** Whether the exporter is registered before it. */
  readonly registers?: boolean;
  readonly sdk?: 2 | 3;
  readonly env?: Record<string, string>;
  readonly ready?: RegExp;
}
/** Starts a program in a folder of its own; stderr has no warnings of Node. */
export async function startProgram({
  file,
  code,
  registers = false,
  sdk = 3,
  env = {},
  ready,
}: Run): Promise<RunningProcess> {
  const folder = await projectFolder(sdk);
  await writeFile(join(folder, file), code);
  return startProcess({
    command: process.execPath,
    args: [...(registers ? ["--import", `${name}/register`] : []), file],
    cwd: folder,
    env: {
      OTEL_SERVICE_NAME: "app",
      OTEL_RESOURCE_ATTRIBUTES: "service.instance.id=i1",
      NODE_NO_WARNINGS: "1",
      ...env,
    },
    ...(ready && { ready }),
  });
}
