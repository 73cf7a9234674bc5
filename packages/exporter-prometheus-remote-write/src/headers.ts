import type { BuildInfo } from "@sluice/component";
import type { BatchOf } from "@sluice/data";

/** Headers that remote write 1.0 sets itself, in lower case. */
export const reservedHeaders: readonly string[] = [
  "content-encoding",
  "content-type",
  "user-agent",
  "x-prometheus-remote-write-version",
];

/** The headers of remote write 1.0. */
export function requestHeaders(build: BuildInfo): Record<string, string> {
  // Upstream's rule, and what is no token ("Collector, core") made one.
  const product = build.description.toLowerCase().replaceAll(/[^a-z0-9._]+/g, "-");
  return {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "User-Agent": `${product}/${build.version}`,
    "X-Prometheus-Remote-Write-Version": "0.1.0",
  };
}

/** A batch's client metadata that becomes headers, as one text: batches with equal texts may share a request. */
export function keyOf({ context }: BatchOf<"metrics">, names: readonly string[]): string {
  if (names.length === 0 || context === undefined) return "";
  const headers = names.flatMap((name) => {
    const value = context.get(name.toLowerCase())?.[0];
    return value === undefined ? [] : [[name, value]];
  });
  return headers.length === 0 ? "" : JSON.stringify(headers);
}

/** The headers that a key of `keyOf` stands for, whatever names are configured by now. */
export function headersOf(key: string): Record<string, string> {
  return key === "" ? {} : Object.fromEntries(JSON.parse(key) as [string, string][]);
}
