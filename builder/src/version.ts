import { readFileSync } from "node:fs";
import { version as bundler } from "esbuild";

const json = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};
/** The builder's own version, which is that of all packages of the project. */
export const version: string = json.version;
/** The bundler that a project needs to be built by hand with the same result. */
export const esbuildVersion: string = bundler;
