import type { Env, HttpClientAuth } from "@sluice/component";
import type { Destination, TextSource } from "./options.ts";

/** How to log in at a backend; undefined = not at all. Functions are asked and files read before each request, also at a retry. */
export function loginOf(destination: Destination, files: Env["files"]): HttpClientAuth | undefined {
  const { basicAuth, bearerToken, bearerTokenFile } = destination;
  if (basicAuth !== undefined) {
    const { username, password = "", passwordFile } = basicAuth;
    return authorization(async () => {
      const secret = await read(password, passwordFile, files);
      return `Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}`;
    });
  }
  if (bearerToken === undefined && bearerTokenFile === undefined) return undefined;
  return authorization(async () => `Bearer ${await read(bearerToken ?? "", bearerTokenFile, files)}`);
}

function authorization(value: () => Promise<string>): HttpClientAuth {
  return {
    async headers() {
      return { Authorization: await value() };
    },
  };
}

async function read(source: TextSource, file: string | undefined, files: Env["files"]): Promise<string> {
  if (file !== undefined) return (await files.readText(file)).trim();
  return typeof source === "function" ? await source() : source;
}
