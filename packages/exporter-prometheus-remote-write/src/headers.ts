import type { BuildInfo } from "@sluice/component";
import type { BatchOf } from "@sluice/data";
import type { WriteVersion } from "./version.ts";

/** Headers that remote write sets itself, in lower case. */
export const reservedHeaders: readonly string[] = [
  "content-encoding",
  "content-type",
  "user-agent",
  "x-prometheus-remote-write-version",
];

const types = {
  "1.0": "application/x-protobuf",
  "2.0": "application/x-protobuf;proto=io.prometheus.write.v2.Request",
} as const;
const versions = { "1.0": "0.1.0", "2.0": "2.0.0" } as const;

/** The headers of a version of remote write. */
export function requestHeaders(build: BuildInfo, version: WriteVersion = "1.0"): Record<string, string> {
  // Upstream's rule, and what is no token ("Collector, core") made one.
  const product = build.description.toLowerCase().replaceAll(/[^a-z0-9._]+/g, "-");
  return {
    "Content-Encoding": "snappy",
    "Content-Type": types[version],
    "User-Agent": `${product}/${build.version}`,
    "X-Prometheus-Remote-Write-Version": versions[version],
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
