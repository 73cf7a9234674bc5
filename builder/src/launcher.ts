import { readFile } from "node:fs/promises";

const assets = new URL("../assets/launcher/", import.meta.url);

/** The program that starts a distribution, by path: `bin/<name>.mjs` and what it needs. */
export async function launcherFiles(name: string): Promise<readonly (readonly [path: string, text: string])[]> {
  const launcher = await readFile(new URL("launcher.mjs", assets), "utf8");
  const memory = await readFile(new URL("memory.mjs", assets), "utf8");
  return [
    [`bin/${name}.mjs`, launcher.replace('const name = "sluice";', `const name = ${JSON.stringify(name)};`)],
    ["bin/memory.mjs", memory],
  ];
}
