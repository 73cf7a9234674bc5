/** Both commands as a program has them, in a simulated world. */
import type { HttpHandler } from "@sluice/component";
import { type ListedCommand, runCli } from "@sluice/core";
import { createSimulation, type Simulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { type Expected, parseExpected } from "./expected.ts";
import { commands } from "./index.ts";

const build = { command: "sluice", description: "Sluice under test", version: "0.0.0" };
const added: readonly ListedCommand[] = Object.values(commands).map((command) => ({
  name: command.name,
  load: async () => command,
}));
// What a command loads takes real time, and a simulation waits for none.
await runCli({ ...optionsOf(createSimulation()), args: ["--help"] });

function optionsOf({ env }: Simulation, stop: (fn: () => void) => () => void = () => () => {}) {
  return { build, definitions: [], commands: added, env, onStopSignal: stop, exit: () => {} };
}

async function run(simulation: Simulation, ...args: readonly string[]) {
  const code = await simulation.run(runCli({ ...optionsOf(simulation), args }));
  const { stdout, stderr } = simulation.process;
  return { code, stdout, stderr };
}
const serve = (simulation: Simulation, host: string, handler: HttpHandler) =>
  simulation.network.serveHttp({ address: { host, port: 80 }, maxBodyBytes: 1000 }, handler);

const where = ["--backend", "http://tsdb", "--expected", "http://app/expected_metrics", "--job", "shop"];
const flags = [...where, "--label", "cluster=west"];
const verify = (simulation: Simulation, ...more: readonly string[]) => run(simulation, "verify", ...flags, ...more);

/** An application with some scrapes, one every ten seconds until now, and a backend that holds what `held` says. */
async function setUp(simulation: Simulation, held: (expected: Expected) => unknown = heldOf) {
  const now = simulation.env.clock.now() / 1000;
  const scrapes = [now - 20, now - 10, now];
  const values = scrapes.map((seconds, i) => [seconds, `${i}`]);
  const expected = { resultType: "matrix", scrapes, result: [{ metric: { __name__: "a" }, type: "counter", values }] };
  const requests: { target: string; headers: Readonly<Record<string, string>> }[] = [];
  await serve(simulation, "app", () => ({ status: 200, body: JSON.stringify(expected) }));
  await serve(simulation, "tsdb", ({ target, headers }) => {
    requests.push({ target, headers });
    return { status: 200, body: JSON.stringify(held(parseExpected(JSON.stringify(expected)))) };
  });
  return { requests, expected };
}
function heldOf({ result }: Expected): unknown {
  return {
    status: "success",
    data: { result: result.map(({ metric, values }) => ({ metric: { ...metric, cluster: "west" }, values })) },
  };
}

test("verify asks for the series of the job, with the labels and headers it was given", async () => {
  const simulation = createSimulation();
  const { requests } = await setUp(simulation);
  simulation.files.write("/sim/headers", "Authorization: Bearer secret\n\n");
  const more = ["--header", "X-Scope-OrgID: 7", "--header-file", "headers"];
  expect(await verify(simulation, ...more)).toEqual({
    code: 0,
    stderr: "",
    stdout: "3 scrapes, 1 series, 3 samples as exposed: the backend holds exactly what was exposed\n",
  });
  const { target = "", headers } = requests[0] ?? {};
  const query = new URL(target, "http://tsdb").searchParams;
  expect(query.get("query")).toBe('{job="shop",cluster="west"}[140s]');
  expect(query.get("time")).toBe(`${simulation.env.clock.now() / 1000 + 60}`.split(".")[0]);
  expect(headers).toMatchObject({ authorization: "Bearer secret", "x-scope-orgid": "7" });
  expect(simulation.open()).toEqual([]);
});

test("verify waits for what is missing, and no longer than it may", async () => {
  const simulation = createSimulation();
  const start = simulation.env.clock.now();
  const { requests } = await setUp(simulation, (expected) =>
    simulation.env.clock.now() < start + 5000 ? { status: "success", data: { result: [] } } : heldOf(expected),
  );
  expect((await verify(simulation, "--timeout", "3s")).code).toBe(1);
  expect(requests).toHaveLength(4);
  expect((await verify(simulation, "--timeout", "9s")).code).toBe(0);
});

test("verify does not wait when waiting cannot help", async () => {
  const simulation = createSimulation();
  const { requests } = await setUp(simulation, ({ result }) => ({
    status: "success",
    data: { result: [...result, { metric: { __name__: "x" }, values: result[0]?.values }] },
  }));
  const { code, stdout } = await verify(simulation, "--format", "json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout).differences).toMatchObject([{ kind: "unexpected", series: "x{}" }]);
  expect(requests).toHaveLength(1);
});

/** A backend that holds all of it, and shows what `shown` says when it is asked about one moment. */
async function setUpEnding(simulation: Simulation, shown: (looks: number) => readonly object[]) {
  const now = simulation.env.clock.now() / 1000;
  const scrapes = [now - 20, now - 10, now];
  const steady = scrapes.map((seconds, i) => [seconds, `${i}`]);
  const series = (name: string, values: unknown) => ({ metric: { __name__: name, cluster: "west" }, values });
  const result = [series("a", steady), series("b", steady), series("gone", [[now - 20, "7"]])];
  const expected = result.map(({ metric: { __name__ }, values }) => ({ metric: { __name__ }, type: "", values }));
  const queries: URLSearchParams[] = [];
  await serve(simulation, "app", () => ({ status: 200, body: JSON.stringify({ scrapes, result: expected }) }));
  await serve(simulation, "tsdb", ({ target }) => {
    const query = new URL(target, "http://tsdb").searchParams;
    if (!query.get("query")!.endsWith("]")) queries.push(query);
    const answer = query.get("query")!.endsWith("]") ? result : shown(queries.length);
    return { status: 200, body: JSON.stringify({ status: "success", data: { result: answer } }) };
  });
  return { queries, now };
}

test("verify asks at the time of each scrape for what had ended by then", async () => {
  const simulation = createSimulation();
  const { queries, now } = await setUpEnding(simulation, () => []);
  expect((await verify(simulation, "--scrapes", "2")).code).toBe(0);
  expect(queries.map((query) => [query.get("query"), query.get("time")])).toEqual(
    [now - 10, now].map((time) => ['{job="shop",cluster="west",__name__=~"gone"}', `${time}`]),
  );
});

test("verify tells of a series without a marker, and waits for one that is late", async () => {
  const still = [{ metric: { __name__: "gone", cluster: "west" }, value: [1, "7"] }];
  const never = await setUpEndingAndVerify(() => still);
  expect(never.code).toBe(1);
  expect(never.stdout).toMatch(/1 difference:\n {2}not ended {2}gone\{\} .* 7, .* 7\n$/);
  const late = await setUpEndingAndVerify((looks) => (looks < 3 ? still : []));
  expect(late.code).toBe(0);
});
async function setUpEndingAndVerify(shown: (looks: number) => readonly object[]) {
  const simulation = createSimulation();
  await setUpEnding(simulation, shown);
  return verify(simulation, "--timeout", "3s");
}

test("verify takes the latest scrapes only", async () => {
  const simulation = createSimulation();
  await setUp(simulation);
  expect((await verify(simulation, "--scrapes", "2")).stdout).toMatch(/^2 scrapes, 1 series, 2 samples as exposed: /);
});

test("verify does not ask again for what was refused", async () => {
  const simulation = createSimulation();
  const { requests } = await setUp(simulation);
  await serve(simulation, "other", (request) => {
    requests.push(request);
    return { status: 401 };
  });
  expect((await verify(simulation, "--backend", "http://other")).code).toBe(2);
  expect(requests).toHaveLength(1);
});

test("verify waits for scrapes, and says when there are none", async () => {
  const simulation = createSimulation();
  await setUp(simulation);
  const { code, stderr } = await verify(simulation, "--scrapes", "5", "--timeout", "2s");
  expect(code).toBe(2);
  expect(stderr).toBe('sluice: found 3 scrapes at "http://app/expected_metrics", expected 5: is it scraped?\n');
});

test("verify says what keeps it from telling", async () => {
  const answers: readonly (readonly [HttpHandler, string])[] = [
    [() => ({ status: 401, body: "no tenant\n" }), 'cannot get "http://tsdb/api/v1/query'],
    [() => ({ status: 200, body: "<html>" }), 'cannot read the backend\'s answer: found "<html>", expected JSON'],
    [
      () => ({ status: 200, body: '{"status":"error","error":"bad query"}' }),
      "cannot read the backend's answer: bad query",
    ],
    [() => ({ status: 200, body: '{"status":"success","data":{"result":[{}]}}' }), "expected a series with values"],
    [() => ({ status: 503 }), "503 Service Unavailable"],
  ];
  for (const [handler, words] of answers) {
    const simulation = createSimulation();
    await setUp(simulation);
    await serve(simulation, "other", handler);
    const { code, stderr } = await verify(simulation, "--backend", "http://other/", "--timeout", "2s");
    expect(stderr).toContain(words.replace("tsdb", "other"));
    expect(code).toBe(2);
  }
});

test.each([
  [["--backend", "tsdb:80"], '--backend: found "tsdb:80", expected a URL such as http://localhost:9090'],
  [["--scrapes", "0"], '--scrapes: found "0", expected a number from 1 to 20'],
  [["--timeout", "soon"], '--timeout: found "soon", expected a duration such as 1m'],
  [["--header", "Bearer secret"], '--header: found no ":", expected <name>:<value>'],
  [["--label", "cluster"], '--label: found no "=", expected <name>=<value>'],
  [["--header-file", "none"], 'cannot read "none", which --header-file names'],
  [["--nonsense"], 'unknown flag "--nonsense"'],
])("verify %j is refused", async (more, words) => {
  const { code, stderr } = await verify(createSimulation(), ...more);
  expect(stderr).toContain(words);
  expect(code).toBe(2);
});

test("verify needs to know what and where", async () => {
  expect(await run(createSimulation(), "verify")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--backend"),
  });
});

test("the sample application serves until it is told to stop", async () => {
  const simulation = createSimulation();
  const stop = Promise.withResolvers<() => void>();
  const options = optionsOf(simulation, (fn) => {
    stop.resolve(fn);
    return () => {};
  });
  const ended = runCli({ ...options, args: ["sample-app", "--listen", "localhost:8080", "--load", "2"] });
  await simulation.settle();
  expect(simulation.process.stdout).toContain("http://localhost:8080/metrics");
  expect(simulation.open()).toHaveLength(1);
  (await stop.promise)();
  expect(await simulation.run(ended)).toBe(0);
  expect(simulation.open()).toEqual([]);
});

test.each([
  [["--listen", "8080"], '--listen: found "8080", expected a host and a port'],
  [["--listen", "a:70000"], '--listen: found "a:70000"'],
  [["--load", "many"], '--load: found "many", expected a number from 1 to 10000'],
])("sample-app %j is refused", async (more, words) => {
  const { code, stderr } = await run(createSimulation(), "sample-app", ...more);
  expect(stderr).toContain(words);
  expect(code).toBe(1);
});

test("a port that is taken", async () => {
  const simulation = createSimulation();
  await serve(simulation, "localhost", () => ({ status: 200 }));
  const { code, stderr } = await run(simulation, "sample-app", "--listen", "localhost:80");
  expect(stderr).toContain('cannot listen on "localhost:80"');
  expect(code).toBe(1);
});

test("help texts list and describe them", async () => {
  const list = await run(createSimulation(), "--help");
  expect(list.stdout).toContain("sample-app ");
  expect(list.stdout).toContain("verify ");
  expect((await run(createSimulation(), "help", "verify")).stdout).toContain("--expected <url>");
  expect((await run(createSimulation(), "completion", "bash")).stdout).toContain("sample-app");
});
