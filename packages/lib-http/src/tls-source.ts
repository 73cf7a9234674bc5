import { isAbsolute, join } from "node:path";
import type { Env, TlsClientOptions } from "@sluice/component";
import type { TlsSource } from "./dial.ts";

/** PEM text in the configuration, or the path of a file that holds it; "" = not set. */
export interface PemSetting {
  readonly pem: string;
  readonly file: string;
}

/** Where TLS material comes from, and how often it is looked for. */
export interface TlsSettings {
  readonly ca: PemSetting;
  readonly cert: PemSetting;
  readonly key: PemSetting;
  /** What no file holds. */
  readonly fixed: Omit<TlsClientOptions, "ca" | "cert" | "key">;
  /** Milliseconds between two looks at the files; 0 = at every connection attempt, Infinity = never again. */
  readonly reloadMs: number;
}

/** Resolves a path of the configuration the way Prometheus does; "" stays "". */
export const resolvePath = (base: string, path: string): string =>
  path === "" || isAbsolute(path) ? path : join(base, path);

/** TLS material from files and settings; the same object until the content of a file changes. Rejects when a file cannot be read. */
export function tlsSource(env: Pick<Env, "files" | "clock">, base: string, settings: TlsSettings): TlsSource {
  const state: { options?: TlsClientOptions; readAt: number } = { readAt: 0 };
  const read = async (what: string, { pem, file }: PemSetting): Promise<string | undefined> => {
    if (file === "") return pem === "" ? undefined : pem;
    const path = resolvePath(base, file);
    try {
      return await env.files.readText(path);
    } catch (cause) {
      throw new Error(`cannot read ${what} file "${path}"`, { cause });
    }
  };
  return async () => {
    const now = env.clock.monotonic();
    const last = state.options;
    if (last !== undefined && now - state.readAt < settings.reloadMs) return last;
    const [ca, cert, key] = await Promise.all([
      read("CA", settings.ca),
      read("client certificate", settings.cert),
      read("client key", settings.key),
    ]);
    state.readAt = now;
    if (last !== undefined && last.ca?.[0] === ca && last.cert === cert && last.key === key) return last;
    state.options = { ...settings.fixed, ...(ca !== undefined && { ca: [ca] }), cert, key };
    return state.options;
  };
}
