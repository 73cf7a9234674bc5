import type { Context, Secret } from "@sluice/component";
import { resolvePath } from "./tls-source.ts";

/** What reading secrets takes. */
export type AuthContext = Pick<Context, "env" | "baseDirectory">;

/** A secret: known, or read from its file each time. */
export interface SecretSource {
  /** Undefined when it must be read. */
  readonly known: string | undefined;
  /** Rejects when the file cannot be read. */
  read(): Promise<string>;
}

/** A secret from the configuration or from a file (white space around it does not count). */
export function secretSource(
  { env, baseDirectory }: AuthContext,
  what: string,
  inline: Secret | string | undefined,
  file: string,
): SecretSource {
  const known = inline === undefined ? "" : typeof inline === "string" ? inline : inline.reveal();
  if (file === "") return { known, read: async () => known };
  const path = resolvePath(baseDirectory, file);
  return {
    known: undefined,
    async read() {
      try {
        return (await env.files.readText(path)).trim();
      } catch (cause) {
        throw new Error(`cannot read ${what} file "${path}"`, { cause });
      }
    },
  };
}
