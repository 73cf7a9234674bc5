import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type RunningProcess, startProcess } from "@sluice/testkit";

const execute = promisify(execFile);

interface RuntimeConfig {
  readonly process: { terminal: boolean; args: string[]; env: string[]; user: { uid: number; gid: number } };
  readonly root: { readonly: boolean };
  readonly linux: { namespaces: { type: string }[]; resources?: object };
  readonly mounts: { destination: string; type: string; source: string; options: string[] }[];
}

/** Takes the amd64 image out of a layout with skopeo and unpacks it with umoci, into `folder`. */
export async function unpackImage(layout: string, tag: string, folder: string): Promise<string> {
  const one = join(folder, "one");
  const bundle = join(folder, "bundle");
  const copy = ["--insecure-policy", "copy", "--override-arch", "amd64", `oci:${layout}:${tag}`, `oci:${one}:${tag}`];
  await execute("skopeo", copy);
  await execute("umoci", ["unpack", ...(isRoot ? [] : ["--rootless"]), "--image", `${one}:${tag}`, bundle]);
  return bundle;
}

export interface ContainerOptions {
  /** In place of the image's own. */
  readonly args: readonly string[];
  /** A file of the host that the container sees as /etc/config.yaml. */
  readonly config?: string;
  /** The container's limit. */
  readonly memoryBytes?: number;
  readonly ready?: () => Promise<boolean>;
}

/** Runs an unpacked image by runc, with its root read-only and the network of the host. */
export async function runContainer(bundle: string, name: string, options: ContainerOptions): Promise<RunningProcess> {
  const file = join(bundle, "config.json");
  const config = JSON.parse(await readFile(file, "utf8")) as RuntimeConfig;
  const { args, config: source, memoryBytes, ready } = options;
  config.process.terminal = false;
  config.process.args = [...args];
  // Who is not root here may map one user only, and runc wants that to be root inside.
  if (!isRoot) config.process.user = { uid: 0, gid: 0 };
  config.root.readonly = true;
  config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== "network");
  if (memoryBytes !== undefined && isRoot) config.linux.resources = { memory: { limit: memoryBytes } };
  if (source !== undefined)
    config.mounts.push({ destination: "/etc/config.yaml", type: "bind", source, options: ["bind", "ro"] });
  await writeFile(file, JSON.stringify(config));
  const state = join(bundle, "..", "runc");
  return startProcess({
    command: "runc",
    args: ["--root", state, "run", "--bundle", bundle, name],
    ...(ready && { ready, timeoutMs: 30_000 }),
  });
}

const isRoot = process.getuid?.() === 0;
