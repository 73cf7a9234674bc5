import { isMap, isScalar, isSeq, type Pair, type YAMLMap } from "yaml";
import { type Dist, keyText, type OutputEntry, type Reading } from "./manifest.ts";
import { outputNames } from "./outputs/index.ts";

/** `dist` as it is read, before what must be there is checked. */
type Draft = { -readonly [K in keyof Dist]: Dist[K] };

const textKeys: ReadonlyMap<string, "name" | "description" | "version" | "outputPath"> = new Map([
  ["name", "name"],
  ["description", "description"],
  ["version", "version"],
  ["output_path", "outputPath"],
]);
const expected = [...textKeys.keys(), "outputs"].join(", ");
/** The Go builder's, about Go's compiler and module file, also those that only old manifests have. */
const goKeys = [
  "module",
  "go",
  "build_tags",
  "debug_compilation",
  "cgo_enabled",
  "use_absolute_replace_paths",
  "otelcol_version",
  "include_core",
];

/** Reads `dist`; what is not there has the Go builder's default, but for the name. */
export function readDist(map: unknown, reading: Reading): Dist {
  const { report, note } = reading;
  const dist: Draft = {
    name: "",
    description: "Custom OpenTelemetry Collector distribution",
    version: "1.0.0",
    outputPath: undefined,
    outputs: [],
  };
  if (!isMap(map)) {
    report(map, `dist: expected a map with ${expected}`);
    return dist;
  }
  for (const { key, value } of map.items) {
    const name = keyText(key);
    const field = textKeys.get(name);
    if (name === "outputs") dist.outputs = readOutputs(value, reading);
    else if (goKeys.includes(name)) note(key, `dist::${name}: left out, it is about building with Go`);
    else if (field === undefined) report(key, `dist::${name}: unknown key, expected one of ${expected}`);
    else if (!isScalar(value) || typeof value.value !== "string") report(value ?? key, `dist::${name}: expected text`);
    else dist[field] = value.value;
  }
  checkForms(map, dist, reading);
  return dist;
}

function checkForms(map: YAMLMap, { name, version }: Dist, { report }: Reading): void {
  if (!map.has("name")) report(map, "dist::name: required");
  else if (name !== "" && !/^[a-z0-9][a-z0-9._-]*$/.test(name)) {
    report(
      map.get("name", true),
      'dist::name: expected lower-case letters, digits, ".", "_" and "-", such as my-collector',
    );
  }
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.test(version)) {
    report(map.get("version", true), "dist::version: expected a version such as 1.2.3");
  }
}

function readOutputs(list: unknown, { place, report }: Reading): readonly OutputEntry[] {
  if (!isSeq(list)) {
    report(list, `dist::outputs: expected a list of ${outputNames.join(", ")}`);
    return [];
  }
  return list.items.flatMap((item) => {
    const [pair] = isMap(item) && item.items.length === 1 ? (item.items as Pair[]) : [];
    const node = pair?.key ?? item;
    const name = isScalar(node) ? node.value : undefined;
    if (typeof name !== "string" || !outputNames.includes(name)) {
      report(item, `dist::outputs: expected one of ${outputNames.join(", ")}`);
      return [];
    }
    if (pair !== undefined && !isMap(pair.value)) {
      report(item, `dist::outputs::${name}: expected a map of settings`);
      return [];
    }
    const settings = pair === undefined ? {} : ((pair.value as YAMLMap).toJSON() as Record<string, unknown>);
    return [{ name, settings, place: place(item) }];
  });
}
