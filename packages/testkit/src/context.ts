import {
  type Capabilities,
  ConfigError,
  type Context,
  type Fields,
  type Host,
  type Kind,
  type Labels,
  type Logger,
  type Meter,
  type Share,
  type Status,
} from "@sluice/component";
import { decoderFor } from "@sluice/core";
import type { Signal } from "@sluice/data";
import { createSimulation, type Simulation } from "./simulation.ts";

/** What a test may say about the instance its context is for. */
export interface ContextOptions {
  /** Default: "receiver". */
  readonly kind?: Kind;
  /** Default: "test". */
  readonly id?: string;
  /** Default: all three. */
  readonly signals?: readonly Signal[];
  /** Default: a new one. */
  readonly simulation?: Simulation;
  /** Default: the simulated working directory. */
  readonly baseDirectory?: string;
  /** What extensions offer, by their id. */
  readonly extensions?: Readonly<Record<string, Partial<Capabilities>>>;
  /** Default: a collector that runs nothing else. */
  readonly host?: Partial<Host>;
  /** Default: the whole. */
  readonly share?: Share;
}

/** A component's context over a simulation, which remembers what it was told. */
export interface TestContext extends Context {
  readonly simulation: Simulation;
  readonly log: RecordingLogger;
  readonly meter: RecordingMeter;
  /** Every status reported, oldest first. */
  readonly statuses: readonly { readonly status: Status; readonly error: Error | undefined }[];
}
/** A logger that keeps what it is told. */
export interface RecordingLogger extends Logger {
  readonly records: readonly LogLine[];
}
/** One call of a logger. */
export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: Fields | undefined;
}
/** A meter whose values a test can ask for. */
export interface RecordingMeter extends Meter {
  /**
   * The sum over all label sets that contain `labels`; of a histogram the number of recordings. 0 when nothing was recorded.
   * Throws when nobody asked for an instrument of this name.
   */
  value(name: string, labels?: Labels): number;
  /** The instruments asked for, sorted. */
  names(): string[];
}

/** Makes the context of one instance for a unit test. */
export function createContext(options: ContextOptions = {}): TestContext {
  const simulation = options.simulation ?? createSimulation();
  const statuses: { status: Status; error: Error | undefined }[] = [];
  const base = {
    env: simulation.env,
    build: { command: "sluice", description: "Sluice under test", version: "0.0.0" },
    baseDirectory: options.baseDirectory ?? simulation.env.process.cwd,
  };
  return {
    ...base,
    decode: decoderFor(base),
    kind: options.kind ?? "receiver",
    id: options.id ?? "test",
    signals: new Set(options.signals ?? ["metrics", "traces", "logs"]),
    simulation,
    log: createLogger(),
    meter: createMeter(),
    statuses,
    host: {
      startedAt: simulation.env.clock.now(),
      pipelines: () => [],
      extensions: () => [],
      featureGates: () => [],
      operations: () => [],
      gather: async () => {},
      ...options.host,
    },
    share: options.share ?? { index: 0, count: 1 },
    extension(id, capability) {
      const found = options.extensions?.[id]?.[capability];
      if (found === undefined) throw new ConfigError(`cannot use extension "${id}": it does not provide ${capability}`);
      return found;
    },
    status: (status, error) => void statuses.push({ status, error }),
  };
}

/** Makes a logger that remembers every line, oldest first. */
function createLogger(): RecordingLogger {
  const records: LogLine[] = [];
  const at =
    (level: keyof Logger) =>
    (message: string, fields?: Fields): void =>
      void records.push({ level, message, fields });
  return { records, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

type Observed = ReturnType<Parameters<Meter["observe"]>[2]>;
interface Instrument {
  readonly type: "counter" | "gauge" | "histogram" | "observed";
  readonly values: Map<string, { readonly labels: Labels; value: number }>;
  readonly read: () => Observed;
}

/** Makes a meter that keeps every value by its labels. */
function createMeter(): RecordingMeter {
  const instruments = new Map<string, Instrument>();

  function instrument(name: string, type: Instrument["type"], read: () => Observed = () => []): Instrument {
    const known = instruments.get(name);
    if (known !== undefined && known.type !== type) throw new Error(`"${name}" is a ${known.type} already`);
    if (known !== undefined) return known;
    const made: Instrument = { type, values: new Map(), read };
    instruments.set(name, made);
    return made;
  }
  function put(name: string, labels: Labels = {}, change: (before: number) => number): void {
    const { values } = instruments.get(name)!;
    const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    const entry = values.get(key) ?? { labels, value: 0 };
    entry.value = change(entry.value);
    values.set(key, entry);
  }

  return {
    counter(name) {
      instrument(name, "counter");
      return { add: (amount, labels) => put(name, labels, (before) => before + amount) };
    },
    gauge(name) {
      instrument(name, "gauge");
      return { set: (value, labels) => put(name, labels, () => value) };
    },
    histogram(name) {
      instrument(name, "histogram");
      return { record: (_value, labels) => put(name, labels, (before) => before + 1) };
    },
    observe(name, _options, read) {
      instrument(name, "observed", read);
    },
    value(name, labels = {}) {
      const found = instruments.get(name);
      if (found === undefined)
        throw new Error(`no instrument "${name}"; there are ${[...instruments.keys()].join(", ")}`);
      const observed = found.read();
      const all = typeof observed === "number" ? [{ value: observed, labels: {} }] : observed;
      const wanted = Object.entries(labels);
      return [...all, ...found.values.values()]
        .filter((entry) => wanted.every(([key, value]) => (entry.labels as Labels)[key] === value))
        .reduce((sum, { value }) => sum + value, 0);
    },
    names: () => [...instruments.keys()].sort(),
  };
}
