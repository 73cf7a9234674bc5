import { parse } from "yaml";

const anywhere = new Set(["0.0.0.0", "[::]", "::", ""]);

/**
 * The ports that a configuration listens on for others than its own host: those of addresses at any host, such as `0.0.0.0:4317`, to
 * which nobody sends. Ascending; none for a text that is no YAML, since the collector will say so.
 */
export function listeningPorts(text: string): readonly number[] {
  const ports = new Set<number>();
  const walk = (value: unknown): void => {
    if (typeof value === "string") add(/^(.*):(\d{1,5})$/.exec(value));
    if (typeof value !== "object" || value === null) return;
    const { host, port } = value as { host?: unknown; port?: unknown };
    if (typeof host === "string") add(["", host, String(port)]);
    for (const one of Object.values(value)) walk(one);
  };
  const add = (found: readonly string[] | null): void => {
    const [, host, port] = found ?? [];
    if (host !== undefined && anywhere.has(host) && Number(port) > 0 && Number(port) < 65_536) ports.add(Number(port));
  };
  try {
    walk(parse(text, { logLevel: "silent" }));
  } catch {
    return [];
  }
  return [...ports].sort((a, b) => a - b);
}
