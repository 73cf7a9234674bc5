import { metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import type { ReloadResult } from "./reload.ts";
import { get, type Reloadable, startReloadable } from "./world.testing.ts";

/** One of each kind; `_live` ones can be updated. `change` edits the text. */
const yaml = `
receivers: { in: { value: r }, in_live: { value: r } }
processors: { step: { value: p }, step_live: { value: p } }
exporters: { out: { value: e }, out_live: { value: e } }
connectors: { join: { value: c }, join_live: { value: c } }
extensions: { aid: { value: x }, aid_live: { value: x } }
service:
  telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus: { port: 9001 } } } }] } }
  extensions: [aid, aid_live]
  pipelines:
    metrics/a: { receivers: [in, in_live], processors: [step, step_live], exporters: [join, join_live] }
    metrics/b: { receivers: [join, join_live], exporters: [out, out_live] }
`;
const batch = metricsBatch([{ name: "a", value: 1 }]);
const lifecycle = ["create", "start", "update", "apply", "discard", "shutdown", "ready", "not ready"];

/** What a reload did: each instance that is not kept, each pipeline, and telemetry. */
function summary(result: ReloadResult): readonly string[] {
  if (result.kind === "refused") return [`refused: ${result.error.message}`];
  const { instances, pipelines, telemetry } = result.plan;
  const changed = instances.filter(({ action }) => action !== "kept");
  return [
    result.kind,
    ...changed.map(({ kind, id, action, changes }) => `${[action, kind, id, ...changes].join(" ")}`),
    ...pipelines.map(({ id, action, changes }) => [action, id, ...changes].join(" ")),
    ...telemetry,
  ];
}

/** Reloads with the change, and gives what the plan says and what happened. */
async function reload(world: Reloadable, next: string): Promise<readonly [readonly string[], readonly string[]]> {
  const result = await world.reload(next);
  return [summary(result), world.journaled(...lifecycle).filter((line) => !/^(update|apply) \w+ \w+_live$/.test(line))];
}
/** Starts, reloads with the change, and expects this plan and, but for updates, this to happen. */
async function check(change: (text: string) => string, plan: readonly string[], happened: readonly string[]) {
  const world = await startReloadable(yaml);
  expect(await reload(world, change(yaml))).toEqual([plan, happened]);
  await world.next.get("in_live")?.(batch);
  await world.stop();
  expect(world.simulation.open()).toEqual([]);
}

test("nothing changed: all stay, and who can is offered its configuration", async () => {
  const world = await startReloadable(yaml);
  expect(summary(await world.reload(yaml))).toEqual(["unchanged"]);
  expect(world.journaled(...lifecycle)).toEqual([
    "update extension aid_live",
    "update exporter out_live",
    "update connector join_live",
    "update processor step_live",
    "update receiver in_live",
    "apply extension aid_live",
    "apply exporter out_live",
    "apply connector join_live",
    "apply processor step_live",
    "apply receiver in_live",
  ]);
});

test("what cannot be updated is replaced when its configuration changes", async () => {
  const replaced = (kind: string, id: string) => [
    `create ${kind} ${id}`,
    `start ${kind} ${id}`,
    `shutdown ${kind} ${id}`,
  ];
  const edit = (letter: string) => (text: string) => text.replace(`value: ${letter} }`, "value: new }");
  await check(edit("r"), ["applied", "replaced receiver in value changed"], replaced("receiver", "in"));
  await check(edit("p"), ["applied", "replaced processor step value changed"], replaced("processor", "step"));
  await check(edit("e"), ["applied", "replaced exporter out value changed"], replaced("exporter", "out"));
  await check(edit("c"), ["applied", "replaced connector join value changed"], replaced("connector", "join"));
  await check(
    edit("x"),
    ["applied", "replaced extension aid value changed"],
    ["create extension aid", "start extension aid", "ready aid", "shutdown extension aid"],
  );
});

test("what can be updated goes on", async () => {
  for (const [id, kind] of Object.entries({
    in: "receiver",
    step: "processor",
    out: "exporter",
    join: "connector",
    aid: "extension",
  })) {
    const change = (text: string) => text.replace(new RegExp(`${id}_live: { value: .`), `${id}_live: { value: new`);
    await check(change, ["applied", `updated ${kind} ${id}_live value of ${kind} ${id}_live changed`], []);
  }
});

test("secrets are compared, and never told", async () => {
  const change = (token: string) => yaml.replace("out: { value: e }", `out: { value: e, token: ${token} }`);
  const world = await startReloadable(change("abc"));
  expect(await reload(world, change("abc"))).toEqual([["unchanged"], []]);
  const [plan, happened] = await reload(world, change("xyz"));
  expect([plan, happened.length]).toEqual([["applied", "replaced exporter out token changed"], 3]);
  expect(world.simulation.process.stderr).not.toMatch(/abc|xyz/);
});

test("what is added starts before batches reach it, what is removed shuts down behind them", async () => {
  const small = yaml.replace(/\n {4}metrics\/b: .*/, "").replaceAll("[join, join_live]", "[out]");
  const world = await startReloadable(small.replace(/connectors: .*/, ""));
  const [plan, happened] = await reload(world, yaml);
  expect(plan).toEqual([
    "applied",
    "added exporter out_live",
    "added connector join",
    "added connector join_live",
    "rewired metrics/a exporters: out -> join, join_live",
    "added metrics/b",
  ]);
  const names = ["exporter out_live", "connector join", "connector join_live"];
  expect(happened).toEqual([...names.map((name) => `create ${name}`), ...names.map((name) => `start ${name}`)]);
  await world.next.get("in")?.(batch);
  expect(world.taken.map(({ exporter }) => exporter)).toEqual(["out", "out_live", "out", "out_live"]);
  const [back, gone] = await reload(world, small.replace(/connectors: .*/, ""));
  expect(back.slice(1, 4)).toEqual([
    "removed exporter out_live",
    "removed connector join",
    "removed connector join_live",
  ]);
  expect(gone).toEqual(["shutdown connector join_live", "shutdown connector join", "shutdown exporter out_live"]);
});

test("what serves another signal or feeds other pipelines is replaced", async () => {
  await check(
    (text) => `${text}    logs: { receivers: [in_live], exporters: [out] }\n`,
    [
      "applied",
      "replaced exporter out signals: metrics -> logs, metrics",
      "replaced receiver in_live signals: metrics -> logs, metrics",
      "added logs",
    ],
    [
      "create exporter out",
      "create receiver in_live",
      "start exporter out",
      "start receiver in_live",
      "shutdown receiver in_live",
      "shutdown exporter out",
    ],
  );
  await check(
    (text) => `${text}    metrics/c: { receivers: [join_live], exporters: [out] }\n`,
    ["applied", "replaced connector join_live outputs: metrics/b -> metrics/b, metrics/c", "added metrics/c"],
    ["create connector join_live", "start connector join_live", "shutdown connector join_live"],
  );
});

test("processors that change places stay", async () => {
  await check(
    (text) => text.replace("[step, step_live]", "[step_live, step]"),
    ["applied", "rewired metrics/a processors: step, step_live -> step_live, step"],
    [],
  );
});

test("who uses an extension follows it", async () => {
  const text = `
receivers: { in: }
processors: { step: { asks: aid }, step/free: }
exporters: { out_live: { asks: aid } }
extensions: { aid: { value: auth }, aid/second: { value: auth, asks: aid, after: [aid] }, aid/free: }
service:
  extensions: [aid, aid/second, aid/free]
  telemetry: { metrics: { level: none } }
  pipelines:
    metrics: { receivers: [in], processors: [step, step/free], exporters: [out_live] }
`;
  const world = await startReloadable(text);
  const [plan, happened] = await reload(
    world,
    text.replace("aid: { value: auth }", "aid: { value: auth, token: new }"),
  );
  const lost = 'extension "aid" replaced or removed';
  expect(plan).toEqual([
    "applied",
    "replaced extension aid token added",
    `replaced extension aid/second ${lost}`,
    `replaced processor step ${lost}`,
  ]);
  expect(happened.filter((line) => /^(start|shutdown)/.test(line))).toEqual([
    "start extension aid",
    "start extension aid/second",
    "start processor step",
    "shutdown processor step",
    "shutdown extension aid/second",
    "shutdown extension aid",
  ]);
  const gone = text.replace("[aid, aid/second, aid/free]", "[aid/free]");
  expect(await reload(world, gone)).toEqual([['refused: cannot change exporter "out_live"'], expect.anything()]);
  expect(world.simulation.process.stderr).toContain("it is not in service::extensions (there: aid/free)");
  // It still has what it had.
  expect(world.contexts.get("exporter out_live")?.extension("aid", "httpClientAuth")).toBeDefined();
});

test("own telemetry changes with the rest, and counters go on", async () => {
  const world = await startReloadable(yaml);
  const { env } = world.simulation;
  await world.next.get("in")?.(batch);
  const id = /service_instance_id="[^"]*"/;
  const before = id.exec(await world.simulation.run(get(env, 9001, "/metrics")));
  const [plan] = await reload(world, yaml.replace("port: 9001", "port: 9002"));
  expect(plan).toEqual(["applied", expect.stringContaining("metrics")]);
  expect(world.running.metricsAddresses).toEqual(["127.0.0.1:9002"]);
  await world.next.get("in")?.(batch);
  await world.reload("receivers: [");
  const page = await world.simulation.run(get(env, 9002, "/metrics"));
  expect(id.exec(page)?.[0]).toBe(before?.[0]);
  expect(page).toMatch(/otelcol_receiver_accepted_metric_points\{receiver="in"[^}]*\} 2\n/);
  for (const outcome of ["applied", "refused"])
    expect(page).toMatch(new RegExp(`sluice_reloads\\{outcome="${outcome}"[^}]*\\} 1\n`));
  expect(page).toMatch(/sluice_reloads\{outcome="unchanged"[^}]*\} 0\n/);
  await world.stop();
  expect(world.simulation.open()).toEqual([]);
});

test("a reload is told in one line", async () => {
  const world = await startReloadable(yaml);
  const { process } = world.simulation;
  const told = async (text: string) => {
    const from = process.stderr.length;
    await world.reload(text);
    await world.simulation.advance(1);
    const lines = process.stderr.slice(from).replace(/"resource": \{[^}]*\}(, )?/g, "");
    return lines.replace(/^[^\t]*\t/gm, "");
  };
  await world.simulation.advance(1);
  expect(await told(yaml)).toBe("info\tservice\tthe configuration is unchanged\t{}\n");
  expect(await told(yaml.replace("value: e", "value: new"))).toBe(
    'info\tservice\treloaded the configuration\t{"counts": "1 replaced, 9 kept", "changes": ["exporter \\"out\\" replaced: value changed"]}\n',
  );
  const lines = (await told(yaml.replace("[aid, aid_live]", "[aid, ade_live]"))).trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("error\tservice\tcannot reload the configuration; the one before stays in force");
  expect(lines[0]).toContain("config.yaml:9:21");
});
