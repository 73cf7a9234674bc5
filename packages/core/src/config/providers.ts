import type { Env } from "@sluice/component";
import { maxDocumentBytes } from "./limits.ts";
import { quote } from "./problems.ts";

/** Where a text comes from: `scheme:opaque`. */
export interface Uri {
  readonly scheme: string;
  readonly opaque: string;
}
/** What a provider gave. */
export type Retrieved =
  | {
      readonly kind: "text";
      readonly text: string;
      /** Names the text in messages. */
      readonly source: string;
      /** Something to tell although it worked. */
      readonly info?: string;
    }
  | { readonly kind: "unset"; readonly message: string }
  | { readonly kind: "error"; readonly message: string };
export type Retrieve = (uri: Uri) => Promise<Retrieved>;

type Provider = (opaque: string, env: Env) => Retrieved | Promise<Retrieved>;
const providers: ReadonlyMap<string, Provider> = new Map<string, Provider>([
  ["env", fromEnvironment],
  ["file", fromFile],
  ["yaml", (text) => ({ kind: "text", text, source: "inline yaml" })],
]);

/** Retrieves each URI once, so that one load sees one state of a file. */
export function createRetrieve(env: Env): Retrieve {
  const seen = new Map<string, Promise<Retrieved>>();
  return ({ scheme, opaque }) => {
    const key = `${scheme}:${opaque}`;
    const known = seen.get(key);
    if (known !== undefined) return known;
    const provider = providers.get(scheme);
    const retrieved =
      provider === undefined
        ? Promise.resolve({
            kind: "error" as const,
            message: `found the scheme "${scheme}", expected one of ${[...providers.keys()].join(", ")}`,
          })
        : Promise.resolve(provider(opaque, env));
    seen.set(key, retrieved);
    return retrieved;
  };
}

/** At least two letters, so that `C:\config.yaml` is a path. */
const uriPattern = /^([A-Za-z][A-Za-z0-9+.-]+):(.*)$/s;

/** Reads a `--config` value; without a scheme it is a file's path. */
export function parseConfigUri(text: string): Uri {
  const match = uriPattern.exec(text);
  return match === null ? { scheme: "file", opaque: text } : { scheme: match[1]!, opaque: match[2]! };
}

/** Reads what stands inside `${...}`; without a scheme it is an environment variable, with or without `:-default`. */
export function parseReference(text: string): Uri {
  const match = /^\w+:-/.test(text) ? null : uriPattern.exec(text);
  return match === null ? { scheme: "env", opaque: text } : { scheme: match[1]!, opaque: match[2]! };
}

function fromEnvironment(opaque: string, env: Env): Retrieved {
  const separator = opaque.indexOf(":-");
  const name = separator < 0 ? opaque : opaque.slice(0, separator);
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
    return {
      kind: "error",
      message: `found ${quote(name)}, expected the name of an environment variable (letters, digits and "_")`,
    };
  }
  const source = `env:${name}`;
  const value = Object.hasOwn(env.process.env, name) ? env.process.env[name] : undefined;
  if (value === undefined) {
    if (separator >= 0) return { kind: "text", text: opaque.slice(separator + 2), source };
    return { kind: "unset", message: `the environment variable ${name} is not set` };
  }
  if (value.length > maxDocumentBytes) return tooLarge(source);
  if (value === "") return { kind: "text", text: value, source, info: `the environment variable ${name} is empty` };
  return { kind: "text", text: value, source };
}

async function fromFile(path: string, env: Env): Promise<Retrieved> {
  try {
    const stat = await env.files.stat(path);
    if (stat?.kind === "directory")
      return { kind: "error", message: `cannot read "${path}": found a directory, expected a file` };
    if ((stat?.size ?? 0) > maxDocumentBytes) return tooLarge(path);
    const bytes = await env.files.read(path);
    if (bytes.length > maxDocumentBytes) return tooLarge(path);
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), source: path };
  } catch (error) {
    return { kind: "error", message: `cannot read "${path}": ${reason(error)}` };
  }
}

function tooLarge(name: string): Retrieved {
  return { kind: "error", message: `cannot read "${name}": larger than ${maxDocumentBytes / 2 ** 20} MiB` };
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EISDIR: "found a directory, expected a file",
  ERR_ENCODING_INVALID_ENCODED_DATA: "not UTF-8 text",
};

function reason(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code;
  const known = typeof code === "string" ? reasons[code] : undefined;
  return known ?? (error instanceof Error ? error.message : String(error));
}
