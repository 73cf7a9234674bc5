import { type Env, type Problem, t } from "@sluice/component";

/** `resource`: free keys beside `attributes`, `schema_url` and `detection/development`, so it is checked by `checkResource`. */
export const resource = t.record(t.any({ description: "Text; null removes a default." }), {
  description:
    "Attributes that name this collector: attributes: [{name, value}], and detection/development; or, as before, a map.",
  default: {},
});
export type ResourceConfig = Readonly<Record<string, unknown>>;
/** Attributes by name, sorted. */
export type ResourceAttributes = Readonly<Record<string, string>>;

const DETECTION = "detection/development";
const own = new Set(["attributes", "attributes_list", "schema_url", DETECTION]);
const detectors = ["host", "process", "container", "service"] as const;
type Detector = (typeof detectors)[number];

interface Attribute {
  readonly name: string;
  readonly value: unknown;
}

/** What the schema cannot say of `resource`; paths lead from `service::telemetry`. */
export function checkResource(config: ResourceConfig): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (path: readonly (string | number)[], message: string, severity: "error" | "warning" = "error") =>
    problems.push({ path: ["resource", ...path], message, severity });
  const inline = inlineKeys(config);
  if (inline.length > 0 && Array.isArray(config.attributes)) {
    add([], "found attributes and further keys, expected all in attributes");
  } else if (inline.length > 0) {
    add([], "deprecated: a map; write attributes as a list of {name, value}", "warning");
  }
  if (config.attributes_list !== undefined) {
    add(["attributes_list"], "not supported; write attributes as a list of {name, value}");
  }
  for (const [index, entry] of (Array.isArray(config.attributes) ? config.attributes : []).entries()) {
    if (!isAttribute(entry)) add(["attributes", index], "expected {name, value} with text");
  }
  for (const key of inline) {
    if (typeof config[key] === "object" && config[key] !== null) add([key], "expected text or null");
  }
  const detection = config[DETECTION];
  if (detection !== undefined && detection !== null && detectorsOf(config) === undefined) {
    add([DETECTION], `expected detectors: a list of ${detectors.map((name) => `{${name}: }`).join(", ")}`);
  }
  return problems;
}

/** The keys that are attributes themselves: a list of that name is not one. */
function inlineKeys(config: ResourceConfig): readonly string[] {
  return Object.keys(config).filter((key) => !own.has(key) || (key === "attributes" && !Array.isArray(config[key])));
}

function isAttribute(entry: unknown): entry is Attribute {
  if (typeof entry !== "object" || entry === null || !("name" in entry) || !("value" in entry)) return false;
  const unknown = Object.keys(entry).filter((key) => !["name", "value", "type"].includes(key));
  const plain = typeof entry.value !== "object" || entry.value === null;
  return typeof entry.name === "string" && plain && unknown.length === 0;
}

/** The detectors asked for; undefined when that cannot be read. */
function detectorsOf(config: ResourceConfig): readonly Detector[] | undefined {
  const section = config[DETECTION];
  if (section === undefined || section === null) return [];
  if (typeof section !== "object" || Object.keys(section).join() !== "detectors") return undefined;
  const { detectors: list } = section as { readonly detectors: unknown };
  if (!Array.isArray(list)) return undefined;
  const names = list.flatMap((one: unknown) => (typeof one === "object" && one !== null ? Object.keys(one) : [""]));
  return names.every(isDetector) ? names : undefined;
}

function isDetector(name: string): name is Detector {
  return detectors.some((known) => known === name);
}

/** The resource's attributes: the defaults, over them what was detected, over that what is configured; sorted by name. */
export function resourceAttributes(
  config: ResourceConfig,
  defaults: ResourceAttributes,
  detected: ResourceAttributes = {},
): ResourceAttributes {
  const { attributes } = config;
  const configured = Array.isArray(attributes)
    ? attributes.filter(isAttribute).map(({ name, value }) => [name, value] as const)
    : inlineKeys(config).map((key) => [key, config[key]] as const);
  const all = new Map<string, unknown>([...Object.entries(defaults), ...Object.entries(detected), ...configured]);
  const kept = [...all].filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(
    kept.map(([name, value]) => [name, String(value)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** What the configured detectors find out about where this collector runs. */
export async function detectResource(config: ResourceConfig, env: Env): Promise<ResourceAttributes> {
  const found: Record<string, string> = {};
  for (const detector of detectorsOf(config) ?? []) Object.assign(found, await detect[detector](env));
  return found;
}

const detect: Readonly<Record<Detector, (env: Env) => ResourceAttributes | Promise<ResourceAttributes>>> = {
  host: ({ process }) => ({ "host.name": process.hostname }),
  process: ({ process }) => ({
    "process.pid": String(process.pid),
    "process.runtime.description": process.runtime,
    "process.working_directory": process.cwd,
  }),
  async container(env) {
    const id = await containerId(env);
    return id === undefined ? {} : { "container.id": id };
  },
  service({ process }): ResourceAttributes {
    const name = process.env.OTEL_SERVICE_NAME;
    return name === undefined || name === "" ? {} : { "service.name": name };
  },
};

/** Where Linux says which container a process is in: control groups of the first and second version. */
const places: readonly (readonly [path: string, id: RegExp])[] = [
  ["/proc/self/cgroup", /([0-9a-f]{64}|[0-9a-f]{32}-[0-9]{1,20})(?:\.scope)?$/m],
  ["/proc/self/mountinfo", /\/containers\/([0-9a-f]{64})\//],
];

async function containerId({ files }: Env): Promise<string | undefined> {
  for (const [path, id] of places) {
    // No such file: not Linux, so nothing is known.
    const text = await files.readText(path).catch(() => "");
    const found = id.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
