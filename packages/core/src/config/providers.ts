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
      /** Nobody can open the text by its source: what stands in it is placed at the reference to it. */
      readonly inline?: true;
      /** The text is what the URI itself says to take when there is nothing else. */
      readonly isDefault?: true;
      /** Something to tell although it worked. */
      readonly info?: string;
    }
  | { readonly kind: "unset"; readonly message: string }
  | { readonly kind: "error"; readonly message: string };
export type Retrieve = (uri: Uri) => Promise<Retrieved>;

/** Gets the text behind the part of a URI that follows its scheme. Never rejects for what the outside does. */
export type Provider = (opaque: string, env: Env) => Retrieved | Promise<Retrieved>;
/** Providers by scheme. A distribution may have fewer, or others. */
export type Providers = ReadonlyMap<string, Provider>;

/** What upstream's distributions have; the HTTP client is loaded when the first URL is asked for. */
export const defaultProviders: Providers = new Map<string, Provider>([
  ["env", fromEnvironment],
  ["file", fromFile],
  ["http", async (opaque, env) => (await import("./http-provider.ts")).fromUrl(`http:${opaque}`, env)],
  ["https", async (opaque, env) => (await import("./http-provider.ts")).fromUrl(`https:${opaque}`, env)],
  ["yaml", (text) => ({ kind: "text", text, source: "inline yaml", inline: true })],
]);

/** Retrieves each URI once, so that one load sees one state of a file. Adds the absolute path of each file asked for to `files`. */
export function createRetrieve(env: Env, providers: Providers = defaultProviders, files = new Set<string>()): Retrieve {
  const seen = new Map<string, Promise<Retrieved>>();
  return ({ scheme, opaque }) => {
    const key = `${scheme}:${opaque}`;
    const known = seen.get(key);
    if (known !== undefined) return known;
    if (scheme === "file") files.add(absolutePath(opaque, env));
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

/** A path from the root of the file system, without "." and "..". */
export function absolutePath(
  path: string,
  { process: { cwd } }: { readonly process: Pick<Env["process"], "cwd"> },
): string {
  const whole = /^(?:[A-Za-z]:)?[/\\]/.test(path) ? path : `${cwd}/${path}`;
  const hasDrive = /^[A-Za-z]:/.test(whole);
  const steps: string[] = [];
  for (const step of whole.split(hasDrive ? /[/\\]/ : "/")) {
    if (step === "..") steps.pop();
    else if (step !== "." && step !== "") steps.push(step);
  }
  return `${hasDrive ? "" : "/"}${steps.join("/")}`;
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
    if (separator < 0) return { kind: "unset", message: `the environment variable ${name} is not set` };
    return { kind: "text", text: opaque.slice(separator + 2), source, inline: true, isDefault: true };
  }
  if (value.length > maxDocumentBytes) return tooLarge(source);
  const found = { kind: "text", text: value, source, inline: true } as const;
  return value === "" ? { ...found, info: `the environment variable ${name} is empty` } : found;
}

async function fromFile(path: string, env: Env): Promise<Retrieved> {
  try {
    const stat = await env.files.stat(path);
    if (stat?.kind === "directory")
      return { kind: "error", message: `cannot read "${path}": found a directory, expected a file` };
    if ((stat?.size ?? 0) > maxDocumentBytes) return tooLarge(path);
    const bytes = await env.files.read(path, maxDocumentBytes);
    return { kind: "text", text: decodeText(bytes), source: path };
  } catch (error) {
    return { kind: "error", message: `cannot read "${path}": ${reason(error)}` };
  }
}

/** Throws for what is no UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

function tooLarge(name: string): Retrieved {
  return { kind: "error", message: `cannot read "${name}": ${largerThanAllowed}` };
}

/** Why a document is refused. */
export const largerThanAllowed = `larger than ${maxDocumentBytes / 2 ** 20} MiB`;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EFBIG: largerThanAllowed,
  EISDIR: "found a directory, expected a file",
  ERR_ENCODING_INVALID_ENCODED_DATA: "not UTF-8 text",
};

/** Why something could not be read, in a few words. */
export function reason(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code;
  const known = typeof code === "string" ? reasons[code] : undefined;
  return known ?? (error instanceof Error ? error.message : String(error));
}
