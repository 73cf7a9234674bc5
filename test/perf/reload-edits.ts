/** Random edits of the configuration of the reload test, valid and broken, made from a seed. */
import { configOf, type Job, type Setup, textOf } from "./reload-config.ts";

/** Numbers from a seed (mulberry32). */
export interface Random {
  /** 0 <= x < 1. */
  next(): number;
  pick<T>(list: readonly T[]): T;
}
export function createRandom(seed: number): Random {
  const state = { seed };
  const next = (): number => {
    state.seed = (state.seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state.seed ^ (state.seed >>> 15), 1 | state.seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, pick: (list) => list[Math.floor(next() * list.length)]! };
}

/** One version of the file. */
export interface Edit {
  readonly name: string;
  readonly text: string;
  readonly expect: "applied" | "unchanged" | "refused";
  /** What is in force afterwards. */
  readonly setup: Setup;
}

type Change = (setup: Setup, random: Random) => void;
type Break = (setup: Setup) => string;

/** One of the values that is not the one there is. */
function another<T>(random: Random, now: unknown, values: readonly T[]): T {
  return random.pick(values.filter((value) => JSON.stringify(value) !== JSON.stringify(now)));
}
function vary(settings: Record<string, unknown>, random: Random, choices: Record<string, readonly unknown[]>): void {
  const key = random.pick(Object.keys(choices));
  const value = another(random, settings[key], [undefined, ...choices[key]!]);
  if (value === undefined) delete settings[key];
  else settings[key] = value;
}
function anyJob(setup: Setup, random: Random): Job {
  return random.pick([...setup.jobs, setup.guest, setup.extra].filter((job) => job !== undefined));
}
const tmp = (value: string) => ({ target_label: "__tmp_note", replacement: value });
const extraLabel = (value: string) => ({ target_label: "extra_rule", replacement: value });
const drop = (area: string) => ({ source_labels: ["__name__"], regex: `${area}_.*`, action: "drop" });

/** What a user does to a configuration; all of these are valid. */
const changes: Readonly<Record<string, Change>> = {
  "relabel rule": (setup, random) => {
    const job = anyJob(setup, random);
    job.relabel = another(random, job.relabel, [[], [tmp("a")], [tmp("b"), tmp("c")]]);
  },
  "metric rule": (setup, random) => {
    const job = anyJob(setup, random);
    job.metricRelabel = another(random, job.metricRelabel, [
      [],
      [extraLabel("a")],
      [extraLabel("b")],
      [drop("payments")],
    ]);
  },
  "job setting": (setup, random) => {
    const job = anyJob(setup, random);
    vary(job.settings, random, {
      scrape_timeout: [`${job.interval - 10}ms`],
      body_size_limit: ["64MB", "128MB"],
      sample_limit: [1_000_000],
      label_limit: [50],
      enable_compression: [false],
      scrape_protocols: [["PrometheusText0.0.4"], ["OpenMetricsText1.0.0", "PrometheusText0.0.4"]],
      honor_timestamps: [false],
      track_timestamps_staleness: [true],
      http_headers: [{ "X-Note": { values: ["a"] } }],
    });
  },
  discovery: (setup, random) => {
    const job = anyJob(setup, random);
    job.discovery = another(random, job.discovery, ["static", "split", "file"]);
  },
  interval: (setup, random) => {
    const pacer = setup.jobs.find(({ name }) => name === "pacer")!;
    const base = setup.jobs.find(({ name }) => name === "steady-0")!.interval;
    pacer.settings = {};
    pacer.interval = another(random, pacer.interval, [base, base * 1.5, base * 2]);
  },
  guest: (setup, random) => {
    setup.guest = setup.guest === undefined ? guestOf(setup, random) : undefined;
  },
  "receiver added or removed": (setup) => {
    setup.extra =
      setup.extra === undefined ? { ...guestOf(setup), name: "extra", targets: extraTargets(setup) } : undefined;
  },
  "external labels": (setup, random) => {
    setup.externalLabels = another(random, setup.externalLabels, [{}, { extra_region: "eu" }, { extra_region: "us" }]);
  },
  "exporter queue": (setup, random) => {
    const { remote_write_queue: old } = setup.exporter;
    setup.exporter.remote_write_queue = another(random, old, [
      ...[1, 2, 3, 20].map((num_consumers) => ({ num_consumers })),
      ...[20_000, 40_000].map((queue_size) => ({ queue_size, num_consumers: random.pick([1, 3, 7]) })),
      { enabled: false },
    ]);
  },
  "exporter setting": (setup, random) => {
    vary(setup.exporter, random, {
      timeout: ["40s", "50s"],
      headers: [{ "X-Scope-OrgID": "a" }, { "X-Scope-OrgID": "b", "X-Note": "c" }],
      max_batch_size_bytes: [50_000, 200_000],
      max_idle_conns: [1, 7],
      retry_on_failure: [{ initial_interval: "20ms", max_interval: "300ms" }],
    });
  },
  endpoint: (setup) => {
    setup.sink = 1 - setup.sink;
  },
  "forward connector": (setup) => {
    setup.forward = !setup.forward;
  },
  "side exporters": (setup) => {
    setup.side = !setup.side;
  },
  "extension setting": (setup, random) => {
    const extension = random.pick(setup.extensions);
    vary(extension.settings, random, {
      response_headers: [{ "X-Note": "a" }, { "X-Note": "b" }],
      idle_timeout: ["20s", "40s"],
      max_request_body_size: [1000],
      ...(extension.id.startsWith("health")
        ? { response_body: [{ healthy: "good" }] }
        : { expvar: [{ enabled: true }] }),
    });
  },
  "extension replaced": (setup) => {
    const health = setup.extensions.find(({ id }) => id.startsWith("health"))!;
    health.id = health.id === "health_check" ? "health_check/other" : "health_check";
  },
  "extension added or removed": (setup) => {
    const { health, zpages } = setup.places;
    const kept = setup.extensions.filter(({ id }) => id !== "zpages");
    const hadTwo = kept.length < setup.extensions.length;
    for (const one of kept) one.port = health;
    setup.extensions = hadTwo ? kept : [{ id: "zpages", port: zpages, settings: {} }, ...kept];
  },
  "listeners swapped": (setup) => {
    const { health, zpages } = setup.places;
    if (setup.extensions.length === 1) setup.extensions.push({ id: "zpages", port: zpages, settings: {} });
    else for (const one of setup.extensions) one.port = one.port === health ? zpages : health;
  },
  "metrics level": (setup, random) => {
    setup.level = another(random, setup.level, ["basic", "normal", "detailed"]);
  },
  "metrics pages": (setup, random) => {
    const { metrics, secondMetrics } = setup.places;
    setup.pages = another(random, setup.pages, [[metrics], [metrics, secondMetrics], [secondMetrics, metrics]]);
  },
  "log fields": (setup, random) => {
    setup.fields = another(random, setup.fields, [{}, { cell: "a" }, { cell: "b" }]);
  },
  resource: (setup, random) => {
    setup.resource = another(random, setup.resource, [{}, { "service.namespace": "a" }, { "service.namespace": "b" }]);
  },
};

function guestOf(setup: Setup, random?: Random): Job {
  const steady = setup.jobs.find(({ name }) => name === "steady-0")!;
  const size = steady.targets.length;
  const discovery = random?.pick(["static", "file"] as const) ?? "static";
  const targets = steady.targets.map((target) => target + 8 * size);
  return { ...steady, name: "guest", targets, settings: {}, relabel: [], metricRelabel: [], discovery };
}
function extraTargets(setup: Setup): readonly number[] {
  return guestOf(setup).targets.map((target) => target + setup.jobs[0]!.targets.length);
}

/** What goes wrong when a user edits; `setup` is full of valid changes already. */
const breaks: Readonly<Record<string, Break>> = {
  "cut short": (setup) => textOf(setup).slice(0, -200),
  "not YAML": (setup) => textOf(setup).replace('"service"', '}]"service"'),
  "nothing in it": () => "",
  "unknown key": (setup) => broken(setup, (config) => Object.assign(config.exporters!, { nop: { nosuch: 1 } })),
  "unknown component": (setup) => broken(setup, (config) => Object.assign(config.receivers!, { nosuch: {} })),
  "unknown exporter": (setup) => {
    const metrics = { receivers: ["prometheus"], exporters: ["nosuch"] };
    return broken(setup, (config) => Object.assign(config.service!, { pipelines: { metrics } }));
  },
  "bad rule": (setup) => textOf({ ...setup, jobs: [{ ...setup.jobs[0]!, relabel: [{ regex: "(" }] }] }),
  "missing CA": (setup) => textOf({ ...setup, exporter: { ...setup.exporter, tls: { ca_file: "/nosuch/ca.pem" } } }),
  "missing include": (setup) => broken(setup, (config) => Object.assign(config, { connectors: "${file:nosuch.yaml}" })),
  "extension's port taken": (setup) => {
    const taken = { id: "zpages/taken", port: setup.places.stranger, settings: {} };
    return textOf({ ...setup, extensions: [...setup.extensions, taken] });
  },
  "page's port taken": (setup) => textOf({ ...setup, pages: [...setup.pages, setup.places.stranger] }),
  "port of a neighbour": (setup) => {
    const taken = { id: "zpages/taken", port: setup.places.health, settings: {} };
    return textOf({ ...setup, extensions: [...setup.extensions, taken] });
  },
};

function broken(setup: Setup, spoil: (config: Record<string, object>) => void): string {
  const config = configOf(setup) as Record<string, object>;
  spoil(config);
  return JSON.stringify(config);
}

/** The next version: one change or several, nothing new, or one that cannot be used. */
export function nextEdit(now: Setup, random: Random): Edit {
  const setup = { ...structuredClone(now), comment: now.comment + 1 };
  const kind = random.next();
  if (kind < 0.04) return { name: "a comment", text: textOf(setup), expect: "unchanged", setup };
  const made = makeChanges(setup, random);
  if (kind < 0.34) {
    const name = random.pick(Object.keys(breaks));
    const text = breaks[name]!(setup);
    return { name: `${name} (with ${made})`, text, expect: "refused", setup: { ...now, comment: setup.comment } };
  }
  return { name: made, text: textOf(setup), expect: "applied", setup };
}

/** Makes different changes, so that none takes back another one. */
function makeChanges(setup: Setup, random: Random): string {
  const names = new Set(Array.from({ length: random.pick([1, 1, 1, 2, 4]) }, () => random.pick(Object.keys(changes))));
  if (names.has("listeners swapped")) names.delete("extension added or removed");
  for (const name of names) changes[name]!(setup, random);
  return [...names].join(", ");
}
