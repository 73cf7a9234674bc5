/** pnpm run pack [--out <folder>]: compiles every package and packs it as it is published. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { copyTarballs, packAll } from "./packing/pack.ts";

const { values } = parseArgs({ options: { out: { type: "string", default: "dist/packages" } } });
const out = resolve(process.env.INIT_CWD ?? ".", values.out);
for (const name of copyTarballs(await packAll(), out)) process.stdout.write(`${out}/${name}\n`);
