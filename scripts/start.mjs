// npm start: the demo; npm start -- --config my.yaml: the core distribution with that file.
import { join } from "node:path";
import { install, root, run, workspaceNode } from "./workspace.mjs";

install();
const args = process.argv.slice(2);
const program = args.length > 0 ? "distributions/core/bin/sluice.mjs" : "distributions/core/demo/main.ts";
// Paths in arguments are meant from where the user stands.
process.exitCode = await run(workspaceNode(), [join(root, program), ...args], { cwd: process.env.INIT_CWD ?? root });
