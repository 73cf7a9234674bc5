import type { Metric } from "@sluice/data";
import { expect, test } from "vitest";
import { constantLabelsOf, type Naming, pointLabels, resourceLabels, sortedLabels } from "./index.ts";

const attributesOf = (record: Record<string, string>) => Object.entries(record).map(([key, value]) => ({ key, value }));
const naming: Naming = {
  strategy: "suffixes",
  namespace: "",
  externalLabels: [["cluster", "c"]],
  isConstantLabel: () => false,
  scopeLabels: true,
  targetInfo: true,
};
const resource = (record: Record<string, string>) => ({
  attributes: attributesOf(record),
  droppedAttributes: 0,
  schemaUrl: "",
});
const metric: Metric = {
  name: "m",
  kind: "gauge",
  monotonic: false,
  temporality: "none",
  unit: "",
  help: "",
  metadata: [],
  scope: { name: "lib", version: "", schemaUrl: "", attributes: attributesOf({ "a.b": "1" }), droppedAttributes: 0 },
};

test("what a point's labels are made of", () => {
  const check = (own: Record<string, string>, expected: string | undefined, more: Partial<Naming> = {}) => {
    const all = { ...naming, ...more };
    const of = resourceLabels(resource({ "service.name": "s", "service.namespace": "n", x: "r" }), all);
    const labels = pointLabels(metric, attributesOf(own), of, all);
    expect(
      labels &&
        sortedLabels(labels)
          .map((pair) => pair.join("="))
          .join(" "),
    ).toBe(expected);
  };
  const scope = "otel_scope_a_b=1 otel_scope_name=lib";
  check({}, `cluster=c job=n/s ${scope}`);
  check({ cluster: "own", job: "other", empty: "" }, `cluster=own job=n/s ${scope}`);
  check({ "k.a": "2", "k-a": "1" }, "cluster=c job=n/s k_a=1;2", { scopeLabels: false });
  check({ 日本: "x" }, undefined);
  check({ 日本: "x" }, "cluster=c job=n/s 日本=x", { scopeLabels: false, strategy: "verbatim" });
  check({ x: "own" }, "cluster=c job=n/s x=own", { scopeLabels: false, isConstantLabel: (key) => key === "x" });
});

test("target_info", () => {
  const check = (record: Record<string, string>, expected: string | undefined, more: Partial<Naming> = {}) => {
    const { targetInfo } = resourceLabels(resource(record), { ...naming, ...more });
    expect(targetInfo?.map((pair) => pair.join("=")).join(" ")).toBe(expected);
  };
  check({ "service.name": "s", "host.name": "h", 日本: "x" }, "__name__=target_info cluster=c host_name=h job=s");
  check({ "service.instance.id": "i", a: "1" }, "__name__=ns_target_info a=1 cluster=c instance=i", {
    namespace: "ns",
  });
  check({ "service.name": "s" }, undefined);
  check({ a: "1" }, undefined);
  check({ "service.name": "s", a: "1" }, undefined, { targetInfo: false });
});

test("resource attributes that become labels", () => {
  const check = (all: [boolean, boolean], included: string[], excluded: string[], expected: string) => {
    const isLabel = constantLabelsOf({
      resource_to_telemetry_conversion: { enabled: all[0], exclude_service_attributes: all[1] },
      resource_constant_labels: { included, excluded },
    });
    expect(["service.name", "cloud.region", "cloud.zone"].filter(isLabel).join(" ")).toBe(expected);
  };
  check([false, false], [], [], "");
  check([true, false], [], [], "service.name cloud.region cloud.zone");
  check([true, true], [], [], "cloud.region cloud.zone");
  check([true, false], ["cloud.*"], ["*zone"], "cloud.region");
  check([false, false], [], ["cloud.*"], "service.name");
  check([false, false], ["*o*e*"], [], "cloud.region cloud.zone");
});
