import type { Attributes } from "@sluice/data";
import { describe, expect, test } from "vitest";
import { read, targetPage } from "./page.testing.ts";
import { resourceOf } from "./resource.ts";
import { trimSuffixes, ucumOf } from "./unit.ts";

const plain = (attributes: Attributes): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value]));

test("types and units of an OpenMetrics page", () => {
  const text = `# TYPE c_seconds counter
# UNIT c_seconds seconds
# HELP c_seconds Time.
c_seconds_total 1
# TYPE g gauge
g 1
# TYPE i info
i_info{a="1"} 1
# TYPE s stateset
s{s="on"} 1
# TYPE u unknown
u 1
# TYPE gh gaugehistogram
gh_bucket{le="1.0"} 1
gh_gsum 1
none 1
# EOF
`;
  const { layout } = read(targetPage(), text, 1, "openmetrics").parts[0]!;
  const metrics = [...layout.ids].map((id) => layout.catalog.metric(id));
  expect(
    metrics.map(({ name, kind, monotonic, unit, help, metadata }) => [
      name,
      kind,
      monotonic,
      unit,
      help,
      plain(metadata)["prometheus.type"],
    ]),
  ).toEqual([
    ["c_seconds_total", "sum", true, "s", "Time.", "counter"],
    ["g", "gauge", false, "", "", "gauge"],
    ["i_info", "sum", false, "", "", "info"],
    ["s", "sum", false, "", "", "stateset"],
    ["u", "gauge", false, "", "", "unknown"],
    ["gh_bucket", "gauge", false, "", "", "unknown"],
    ["gh_gsum", "gauge", false, "", "", "unknown"],
    ["none", "gauge", false, "", "", "unknown"],
  ]);
  expect(metrics.map(({ temporality }) => temporality).slice(0, 2)).toEqual(["cumulative", "none"]);
});

test("otel_scope labels make the scope; rows of one scope stand together", () => {
  const text = `a{otel_scope_name="x",otel_scope_version="1",otel_scope_schema_url="u",otel_scope_team="t",l="1"} 1
b 2
c{otel_scope_name="x",otel_scope_version="1",otel_scope_schema_url="u",otel_scope_team="t"} 3
`;
  const { layout, slots } = read(targetPage(), text, 1).parts[0]!;
  expect([...slots]).toEqual([1, 3, 2]);
  const [a, c, b] = [...layout.ids].map((id) => layout.catalog.metric(id));
  expect(a!.scope).toMatchObject({ name: "x", version: "1", schemaUrl: "u" });
  expect(plain(a!.scope.attributes)).toEqual({ team: "t" });
  expect(c!.scope).toBe(a!.scope);
  expect(b!.scope).toMatchObject({
    name: "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver",
    version: "1.0.0",
  });
  expect(plain(layout.catalog.attributes(layout.ids[0]!))).toEqual({ l: "1" });
});

test("attributes are sorted, without empty ones; a metric is one object", () => {
  const { layout } = read(targetPage(), `a{z="1",b="2",e=""} 1\na{z="2"} 1\n`, 1).parts[0]!;
  expect(layout.catalog.attributes(layout.ids[0]!)).toEqual([
    { key: "b", value: "2" },
    { key: "z", value: "1" },
  ]);
  expect(layout.catalog.metric(layout.ids[0]!)).toBe(layout.catalog.metric(layout.ids[1]!));
  expect(() => layout.catalog.metric(99)).toThrow(RangeError);
});

test("exemplars", () => {
  const text = `# TYPE h histogram
h_bucket{le="1.0"} 1 # {trace_id="0123456789abcdef0123456789abcdef",span_id="0123456789abcdef",k="v"} 0.5 1.5
h_bucket{le="+Inf"} 2 # {Trace_ID="zz",e=""} 7
h_count 2
h_sum 3
# TYPE c counter
c_total 1 # {} 4
# EOF
`;
  const page = targetPage();
  read(page, text, 4000, "openmetrics");
  const [part] = read(page, text, 5000, "openmetrics").parts;
  expect([...part!.exemplars!.keys()]).toEqual([0, 1]);
  const [first, second] = part!.exemplars!.get(0)!;
  expect(first).toMatchObject({ slot: 0, value: 0.5, ms: 1500, attributes: [{ key: "k", value: "v" }] });
  expect(Buffer.from(first!.traceId!).toString("hex")).toBe("0123456789abcdef0123456789abcdef");
  expect(Buffer.from(first!.spanId!).toString("hex")).toBe("0123456789abcdef");
  expect(second).toMatchObject({
    slot: 1,
    value: 7,
    ms: 5000,
    traceId: undefined,
    attributes: [{ key: "Trace_ID", value: "zz" }],
  });
  expect(part!.exemplars!.get(1)).toMatchObject([{ slot: 0, value: 4 }]);
});

test("samples more than ten minutes ahead are dropped and counted", () => {
  const result = read(targetPage(), "a 1 601001\nb 1 601000\n", 1000);
  expect(result.outOfBounds).toBe(1);
  expect(result.parts[0]!.layout.ids).toHaveLength(1);
});

describe("resources", () => {
  const resource = (instance: string, discovered: Record<string, string> = {}) =>
    plain(resourceOf("j", instance, "https", new Map(Object.entries(discovered))).attributes);
  test("instance and scheme", () => {
    expect(resource("host:9100")).toEqual({
      "service.name": "j",
      "service.instance.id": "host:9100",
      "server.address": "host",
      "server.port": "9100",
      "url.scheme": "https",
    });
  });
  const address = (instance: string): [unknown, unknown] => [
    resource(instance)["server.address"],
    resource(instance)["server.port"],
  ];
  const cases: readonly [string, string | undefined, string][] = [
    ["localhost:1", undefined, "1"],
    ["127.0.0.1:1", undefined, "1"],
    ["0.0.0.0:1", undefined, "1"],
    ["[::1]:1", undefined, "1"],
    ["[::]:1", undefined, "1"],
    ["[2001:db8::1]:1", "2001:db8::1", "1"],
    ["10.0.0.1:80", "10.0.0.1", "80"],
    ["name", "name", ""],
  ];
  for (const [instance, host, port] of cases) test(instance, () => expect(address(instance)).toEqual([host, port]));
  test("kubernetes", () => {
    const meta = {
      __meta_kubernetes_pod_name: "p",
      __meta_kubernetes_namespace: "n",
      __meta_kubernetes_pod_node_name: "node",
      __meta_kubernetes_pod_controller_kind: "DaemonSet",
      __meta_kubernetes_pod_controller_name: "d",
    };
    expect(resource("h:1", meta)).toMatchObject({
      "k8s.pod.name": "p",
      "k8s.namespace.name": "n",
      "k8s.node.name": "node",
      "k8s.daemonset.name": "d",
    });
  });
});

test("unit words", () => {
  const check = (word: string, ucum: string) => expect(ucumOf(word)).toBe(ucum);
  check("seconds", "s");
  check("bytes", "By");
  check("bytes_per_second", "By/s");
  check("requests_per_fortnight", "requests/fortnight");
  check("ratio", "1");
  check("frobs", "frobs");
  expect(trimSuffixes("a_seconds_total", "seconds", true)).toBe("a");
  expect(trimSuffixes("a_seconds_total", "seconds", false)).toBe("a_seconds_total");
  expect(trimSuffixes("_total", "", true)).toBe("_total");
});
