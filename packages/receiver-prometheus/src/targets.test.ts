import { type Schema, t } from "@sluice/component";
import { compileRelabel, relabelRuleSchema } from "@sluice/lib-prometheus";
import { createContext } from "@sluice/testkit";
import { expect, test } from "vitest";
import { config } from "./config.ts";
import { scrapeConfig } from "./config-job.ts";
import { resolveJob } from "./job.ts";
import { groupOf } from "./target-group.ts";
import { type BuiltTargets, buildTargets } from "./targets.ts";

const { decode } = createContext();
const read = <T>(schema: Schema<T>, value: unknown) => decode(schema, JSON.stringify(value), "test");
const { config: whole } = await read(config, { config: {} });
const rulesSchema = t.array(relabelRuleSchema, { description: "Rules." });

async function build(
  job: Record<string, unknown>,
  rules: Record<string, unknown>[],
  targets: string[],
  labels = {},
  share = { index: 0, count: 1 },
): Promise<BuiltTargets> {
  const own = await read(scrapeConfig, { job_name: "j", ...job });
  const relabel = compileRelabel(await read(rulesSchema, rules));
  return buildTargets(resolveJob(own, whole!.global, "", false), relabel, [groupOf("0", targets, labels)], share);
}
const labelsOf = (built: BuiltTargets) => built.active.map(({ labels }) => Object.fromEntries(labels));

test("labels and URL", async () => {
  const { active } = await build({ params: { module: ["a", "b"] }, metrics_path: "/x" }, [], ["h:1"], {
    env: "t",
    __internal: "i",
  });
  expect(Object.fromEntries(active[0]!.labels)).toEqual({ env: "t", instance: "h:1", job: "j" });
  expect(active[0]!.url).toBe("http://h:1/x?module=a&module=b");
  expect(Object.fromEntries(active[0]!.discovered)).toEqual({
    __address__: "h:1",
    __internal: "i",
    __metrics_path__: "/x",
    __param_module: "a",
    __scheme__: "http",
    __scrape_interval__: "1m",
    __scrape_timeout__: "10s",
    __convert_classic_histograms_to_nhcb__: "false",
    __always_scrape_classic_histograms__: "false",
    __scrape_native_histograms__: "false",
    env: "t",
    job: "j",
  });
});

test("switches of the job are labels that relabelling can read", async () => {
  const check = async (key: string, label: string): Promise<void> => {
    const copy = [{ source_labels: [label], target_label: "seen" }];
    const built = await build({ [key]: true }, copy, ["h"]);
    expect(labelsOf(built)).toEqual([{ instance: "h", job: "j", seen: "true" }]);
  };
  await check("convert_classic_histograms_to_nhcb", "__convert_classic_histograms_to_nhcb__");
  await check("always_scrape_classic_histograms", "__always_scrape_classic_histograms__");
  await check("scrape_classic_histograms", "__always_scrape_classic_histograms__");
  await check("scrape_native_histograms", "__scrape_native_histograms__");
});

test("no port is added", async () => {
  expect(labelsOf(await build({ scheme: "https" }, [], ["h"]))).toEqual([{ instance: "h", job: "j" }]);
  expect((await build({ scheme: "https" }, [], ["h"])).active[0]!.url).toBe("https://h/metrics");
});

test("a target's own labels win over those of the group and the job", async () => {
  expect(labelsOf(await build({}, [], ["h"], { job: "other", instance: "i" }))).toEqual([
    { instance: "i", job: "other" },
  ]);
});

const set = (label: string, value: string) => ({ target_label: label, replacement: value });
test("relabelling decides address, path, scheme, parameters, interval and timeout", async () => {
  const rules = [
    set("__address__", "other:2"),
    set("__metrics_path__", "/y"),
    set("__scheme__", "https"),
    set("__param_module", "c"),
    set("__param_more", "d e"),
    set("__scrape_interval__", "5s"),
    set("__scrape_timeout__", "1500ms"),
    set("__tmp_x", "gone"),
  ];
  const [target] = (await build({ params: { module: ["a", "b"] } }, rules, ["h:1"])).active;
  expect(target).toMatchObject({
    url: "https://other:2/y?module=c&module=b&more=d+e",
    intervalMs: 5000,
    timeoutMs: 1500,
  });
  expect(Object.fromEntries(target!.labels)).toEqual({ instance: "other:2", job: "j" });
});

test("what is not valid is left out, with a reason", async () => {
  const reason = async (rules: Record<string, unknown>[], address = "h:1") =>
    (await build({}, rules, [address])).invalid[0]?.reason;
  expect(await reason([set("__address__", "")])).toBe("no address");
  expect(await reason([set("a", "b")], "http://h")).toBe('"http://h" is not a valid hostname');
  expect(await reason([set("__scrape_interval__", "x")])).toBe(
    'error parsing scrape interval: not a valid duration string: "x"',
  );
  expect(await reason([set("__scrape_interval__", "0")])).toBe("scrape interval cannot be 0");
  expect(await reason([set("__scrape_timeout__", "0")])).toBe("scrape timeout cannot be 0");
  expect(await reason([set("__scrape_timeout__", "2m")])).toBe(
    'scrape timeout cannot be greater than scrape interval ("2m" > "1m")',
  );
  expect(await reason([set("__scrape_native_histograms__", "perhaps")])).toBe(
    'error parsing __scrape_native_histograms__: "perhaps" is not a boolean',
  );
});

test("dropped targets are counted, and remembered up to keep_dropped_targets", async () => {
  const drop = [{ source_labels: ["__address__"], regex: "d.*", action: "drop" }];
  const built = await build({ keep_dropped_targets: 2 }, drop, ["d1", "d2", "d3", "h"]);
  expect(built.active).toHaveLength(1);
  expect(built.droppedCount).toBe(3);
  expect(built.dropped.map((labels) => labels.get("__address__"))).toEqual(["d1", "d2"]);
  expect((await build({}, drop, ["d1", "d2", "d3"])).dropped).toHaveLength(3);
});

test("the same labels and URL are one target", async () => {
  const built = await build({}, [set("instance", "same"), set("__address__", "one")], ["a", "b"]);
  expect(built.active).toHaveLength(1);
  expect((await build({}, [set("instance", "same")], ["a", "b"])).active).toHaveLength(2);
});

test("a Unix socket", async () => {
  const [target] = (await build({}, [set("__unix_socket__", "/run/x.sock")], ["h:1"])).active;
  expect(target).toMatchObject({ url: "http://localhost/metrics", socketPath: "/run/x.sock" });
});
