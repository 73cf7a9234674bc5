/** Components that exist for the tests of this folder only: between them they use every word of a schema. */
import {
  type AnyDefinition,
  defineConnector,
  defineExporter,
  defineExtension,
  defineProcessor,
  defineReceiver,
  t,
} from "@sluice/component";
import { createSimulation, type Simulation } from "@sluice/testkit";
import type { Definitions } from "../definitions.ts";
import { type LoadedConfig, type LoadOptions, loadConfig } from "./load.ts";
import { signals } from "./service.ts";

const endpoint = (address: string) => t.string({ description: "Where to listen.", default: address, listens: true });

export const otlp = defineReceiver({
  type: "otlp",
  signals: ["metrics", "traces", "logs"],
  stability: "beta",
  config: t.object("Takes OTLP.", {
    protocols: t.object("How.", {
      grpc: t.section("off", t.object("gRPC.", { endpoint: endpoint("localhost:4317") })),
      http: t.section(
        "off",
        t.object("HTTP.", {
          endpoint: endpoint("localhost:4318"),
          cors: t.section(
            "off",
            t.object("CORS.", {
              allowed_origins: t.array(t.string({ description: "An origin." }), {
                description: "Origins.",
                minItems: 1,
              }),
            }),
          ),
        }),
      ),
    }),
  }),
  create: () => ({}),
});

export const scraper = defineReceiver({
  type: "scraper",
  signals: ["metrics"],
  stability: "alpha",
  config: t.object("Scrapes.", {
    interval: t.prometheusDuration({ description: "How often.", default: "1m" }),
    body_size_limit: t.prometheusSize({ description: "At most.", default: "0" }),
    labels: t.record(t.text({ description: "A label." }), { description: "Labels to add.", default: {} }),
    jobs: t.array(
      t.object("A job.", {
        name: t.text({ description: "Its name.", minLength: 1 }),
        targets: t.array(t.string({ description: "host:port." }), { description: "Whom.", default: [] }),
        files: t.array(t.string({ description: "A pattern.", file: "awaited" }), { description: "More.", default: [] }),
        replacement: t.text({ description: "Of labels.", default: "$1" }),
      }),
      { description: "Jobs.", default: [] },
    ),
    raw: t.any({ description: "Passed through." }),
  }),
  create: () => ({}),
});

export const batch = defineProcessor({
  type: "batch",
  signals: ["metrics", "traces", "logs"],
  stability: "beta",
  config: t.object("Gathers.", {
    timeout: t.duration({ description: "Send after.", default: "200ms" }),
    send_batch_size: t.integer({ description: "Send from.", default: 8192, minimum: 0 }),
    send_batch_max_size: t.integer({ description: "At most.", default: 0, minimum: 0 }),
    metadata_keys: t.array(t.string({ description: "A key." }), { description: "Keys.", default: [] }),
  }),
  validate({ send_batch_size, send_batch_max_size }) {
    if (send_batch_max_size === 0 || send_batch_max_size >= send_batch_size) return [];
    const message = `found ${send_batch_max_size}, expected at least send_batch_size (${send_batch_size})`;
    return [{ path: ["send_batch_max_size"], message }];
  },
  create: (_config, _context, next) => ({ consume: next }),
});

export const sampler = defineProcessor({
  type: "sampler",
  signals: ["traces", "logs"],
  stability: "alpha",
  config: t.object("Samples.", {
    percentage: t.number({ description: "How many.", minimum: 0, maximum: 100 }),
    mode: t.oneOf(["equal", "proportional"], { description: "How.", default: "equal" }),
    fail_closed: t.boolean({ description: "Drop on errors.", default: true }),
  }),
  create: (_config, _context, next) => ({ consume: next }),
});

const tls = t.object("TLS.", {
  insecure: t.boolean({ description: "No TLS.", default: false }),
  ca_file: t.optional(t.string({ description: "Roots.", file: "required" })),
  min_version: t.optional(t.string({ description: "Least version.", pattern: "^1\\.[0-3]$", examples: ["1.2"] })),
});

export const remoteWrite = defineExporter({
  type: "prometheus_remote_write",
  aliases: ["prometheusremotewrite"],
  signals: ["metrics"],
  stability: "beta",
  config: t.object("Writes remotely.", {
    endpoint: t.string({ description: "Where to.", examples: ["https://host/api/v1/write"] }),
    timeout: t.duration({ description: "At most.", default: "5s" }),
    headers: t.headers({ description: "Headers." }),
    password: t.optional(t.secret({ description: "Password." })),
    tls: t.defaulted(tls),
    compression: t.union(
      [t.boolean({ description: "Yes or no." }), t.oneOf(["snappy", "zstd"], { description: "How." })],
      {
        description: "Compression.",
        default: "snappy",
      },
    ),
    auth: t.optional(
      t.object("Signs.", {
        authenticator: t.extension({ description: "An extension's id.", capability: "httpClientAuth" }),
      }),
    ),
    queue: t.section(
      "on",
      t.object("The queue.", {
        size: t.integer({ description: "Requests.", default: 100, minimum: 1, maximum: 10_000 }),
        storage: t.optional(t.extension({ description: "An extension's id." })),
      }),
    ),
    namespace: t.optional(t.string({ description: "Prefix.", deprecated: "use a processor that renames metrics" })),
  }),
  create: () => ({ consume: async () => {} }),
});

export const debug = defineExporter({
  type: "debug",
  signals: ["metrics", "traces", "logs"],
  stability: "beta",
  config: t.object("Prints.", {
    verbosity: t.oneOf(["basic", "normal", "detailed"], { description: "How much.", default: "basic" }),
    sampling_thereafter: t.integer({ description: "How many.", default: 1, minimum: 0 }),
  }),
  create: () => ({ consume: async () => {} }),
});

export const healthCheck = defineExtension({
  type: "health_check",
  stability: "beta",
  provides: [],
  config: t.object("Answers.", {
    endpoint: endpoint("localhost:13133"),
    path: t.string({ description: "Its path.", default: "/", pattern: "^/" }),
  }),
  async validate({ endpoint }) {
    if (endpoint === "explode") throw new Error("out of order");
    if (endpoint !== "0.0.0.0:13133") return [];
    return [{ path: ["endpoint"], message: "everyone can reach this", severity: "warning" }];
  },
  create: () => ({}),
});

const forward = defineConnector({
  type: "forward",
  stability: "beta",
  routes: signals.map((signal) => ({ from: signal, to: signal })),
  config: t.object("Hands on.", {}),
  create: () => ({ consume: async () => {} }),
});

const count = defineConnector({
  type: "count",
  stability: "alpha",
  routes: [
    { from: "traces", to: "metrics" },
    { from: "logs", to: "metrics" },
  ],
  config: t.object("Counts.", {
    name: t.string({ description: "Of the counter.", default: "items", minLength: 2 }),
    bounds: t.array(t.number({ description: "A bound." }), { description: "Bounds.", default: [0, 1], minItems: 2 }),
  }),
  create: () => ({ consume: async () => {} }),
});

const signer = defineExtension({
  type: "signer",
  aliases: ["old_signer"],
  stability: "beta",
  provides: ["httpClientAuth"],
  config: t.object("Signs.", {
    token_file: t.string({ description: "A file.", default: "", file: "required" }),
    also: t.optional(t.extension({ description: "What signs, too.", capability: "httpClientAuth" })),
    after: t.array(t.string({ description: "An id." }), { description: "What starts first.", default: [] }),
  }),
  dependencies: ({ also, after }) => [...(also === undefined ? [] : [also]), ...after],
  create: () => ({}),
});

export const definitions: Definitions = [
  otlp,
  scraper,
  batch,
  sampler,
  remoteWrite,
  debug,
  forward,
  count,
  healthCheck,
  signer,
] satisfies AnyDefinition[];

/** One type for three kinds, whose ids can mean two of them. */
const both = { type: "both", stability: "alpha", config: t.object("No keys.", {}) } as const;
const consume = async (): Promise<void> => {};

/** With those that are in no ordinary distribution. */
export const allDefinitions: Definitions = [
  ...definitions,
  defineReceiver({ ...both, signals, create: () => ({}) }),
  defineExporter({ ...both, signals, create: () => ({ consume }) }),
  defineConnector({ ...both, routes: [{ from: "traces", to: "traces" }], create: () => ({ consume }) }),
];

export const telemetry = t.object("The collector's own telemetry.", {
  logs: t.defaulted(
    t.object("Logs.", { level: t.oneOf(["debug", "info"], { description: "Least severe.", default: "info" }) }),
  ),
});

/** Loads configurations from a simulated world with the components above. */
export function load(
  uris: readonly string[],
  simulation: Simulation,
  options: Pick<LoadOptions<unknown>, "featureGates"> & { readonly definitions?: Definitions } = {},
): Promise<LoadedConfig<{ readonly logs: { readonly level: "debug" | "info" } }>> {
  const build = { command: "test", description: "Test", version: "1.0.0" };
  return loadConfig({ definitions, ...options, uris, env: simulation.env, telemetry, build });
}

/** A world with files and environment variables. */
export function world(
  files: Readonly<Record<string, string | Uint8Array>>,
  variables: Readonly<Record<string, string>> = {},
): Simulation {
  const simulation = createSimulation();
  for (const [path, data] of Object.entries(files)) simulation.files.write(path, data);
  Object.assign(simulation.process.env, variables);
  return simulation;
}
