/** pnpm run test:packages: every package as it is published, on every Node and TypeScript that is supported, and in a browser. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { packAll, publishedPackages } from "../../scripts/packing/pack.ts";
import { runInBrowser } from "./browser.ts";
import { tarballProblems } from "./lint.ts";
import { fetchNodes } from "./nodes.ts";
import { allPrograms, compileIn, createWorkshop, tarballsIn } from "./workshop.ts";

/** The first TypeScript that reads our declarations, the first that reads all of those of our dependencies, and the last. */
const compilers = [
  { version: "5.0", include: ["entries.ts", "functions.ts"], lib: ["es2023"], skipLibCheck: true },
  { version: "5.7" },
  { version: "5.9" },
];
const programs = allPrograms();
const state = { failed: 0 };

async function check(what: string, attempt: () => Promise<string>, expected?: string): Promise<void> {
  try {
    const found = await attempt();
    if (expected !== undefined && found !== expected) throw new Error(`expected:\n${expected}\nfound:\n${found}`);
    process.stdout.write(`ok      ${what}\n`);
  } catch (error) {
    state.failed++;
    process.stdout.write(`FAILED  ${what}\n${(error as Error).message}\n`);
  }
}

/** Every entry of every package that code can import. */
const entries = publishedPackages().flatMap(({ manifest }) =>
  Object.entries(manifest.exports ?? {})
    // What `--import` loads is not for a program.
    .filter(([path, target]) => target.endsWith(".ts") && path !== "./register")
    .map(([path]) => manifest.name + path.slice(1)),
);

const packed = await packAll();
for (const file of readdirSync(packed)) {
  await check(`${file}: publint, attw`, async () => (await tarballProblems(join(packed, file))).join("\n"), "");
}
const others = Object.fromEntries(
  compilers.map(({ version }) => [`typescript-${version}`, `npm:typescript@~${version}.0`]),
);
// What a test of a component has.
const workshop = await createWorkshop(tarballsIn(packed), { ...others, vitest: "^5.1.0" });
try {
  for (const { name, source } of programs) workshop.write(name, source);
  const imports = entries.map((entry, at) => `import * as entry${at} from "${entry}";\n`);
  const names = entries.map((_, at) => `entry${at}`);
  workshop.write(
    "entries.ts",
    `${imports.join("")}console.log([${names.join(", ")}].every((one) => Object.keys(one).length > 0));\n`,
  );
  for (const { version, ...compiling } of compilers) {
    await check(`declarations of all packages, TypeScript ${version}`, () =>
      compileIn(workshop, `node_modules/typescript-${version}/lib/tsc.js`, compiling),
    );
  }
  for (const { version, program, flags } of await fetchNodes(workshop)) {
    const on = `Node ${[version, ...flags].join(" ")}`;
    const run = (name: string) => () => workshop.run(program, ...flags, `compiled/${name.replace(/ts$/, "js")}`);
    await check(`${on}: every entry of every package`, run("entries.ts"), "true\n");
    for (const { name, printed } of programs) await check(`${on}: ${name}`, run(name), printed);
  }
  const [functions] = programs;
  await check("Chromium: functions.ts", () => runInBrowser(workshop, "functions.js"), functions?.printed);
} finally {
  workshop.remove();
}
process.exitCode = state.failed === 0 ? 0 : 1;
