import { type Attributes, type AttributeValue, createCatalog, type Metric, NUMBER } from "@sluice/data";
import { resourceLabels } from "@sluice/lib-prometheus";
import { attributesOf } from "@sluice/testkit";
import { expect, test } from "vitest";
import type { Naming } from "./naming.ts";
import { seriesLabels } from "./series-labels.ts";

const naming: Naming = {
  strategy: "suffixes",
  namespace: "",
  externalLabels: [],
  isConstantLabel: () => false,
  scopeLabels: true,
  targetInfo: true,
};
type Record_ = Readonly<Record<string, AttributeValue>>;
const resourceOf = (attributes: Record_) => ({
  attributes: attributesOf(attributes),
  droppedAttributes: 0,
  schemaUrl: "",
});
const line = (labels: readonly (readonly [string, string])[]) =>
  labels.map(([name, value]) => `${name}=${value}`).join(",");

interface Case {
  readonly attributes?: Record_ | Attributes;
  readonly resource?: Record_;
  readonly scope?: Partial<Metric["scope"]>;
  readonly naming?: Partial<Naming>;
}
/** The labels of a gauge `m`, or why it has none. */
function labelsOf({ attributes = {}, resource = {}, scope = {}, naming: more = {} }: Case): string {
  const catalog = createCatalog(resourceOf(resource));
  const none = { name: "", version: "", schemaUrl: "", attributes: [], droppedAttributes: 0 };
  const gauge = { name: "m", kind: "gauge", monotonic: false, temporality: "none", unit: "", help: "" } as const;
  const metric: Metric = { ...gauge, metadata: [], scope: { ...none, ...scope } };
  const list = Array.isArray(attributes) ? (attributes as Attributes) : attributesOf(attributes as Record_);
  const id = catalog.add({ metric, shape: NUMBER, attributes: list });
  const all = { ...naming, ...more };
  const result = seriesLabels(catalog, id, resourceLabels(catalog.resource, all), all);
  return typeof result === "string" ? result : line(result[0]!.filter(([name]) => name !== "__name__"));
}
const check = (input: Case, expected: string) => expect(labelsOf(input)).toBe(expected);

test("attributes become labels", () => {
  check({ attributes: { b: "2", a: "1" } }, "a=1,b=2");
  check({ attributes: { "a.b": "x", empty: "", nothing: null } }, "a_b=x");
  check({ attributes: { "a.b": "second", "a-b": "first", a_b: "third" } }, "a_b=first;second;third");
  check(
    {
      attributes: [
        { key: "a", value: "1" },
        { key: "a", value: "2" },
      ],
    },
    "a=1;2",
  );
  check({ attributes: { "1st": "x", _x: "y", a__b: "z" } }, "_x=y,a__b=z,key_1st=x");
  check({ attributes: { B: "x", a: "y", _: "z" } }, "B=x,_=z,a=y");
  check({ attributes: { a: "x", "\u540d": "y" } }, "invalid_label");
  check({ attributes: { "": "y" } }, "invalid_label");
});

test("values become text as OTLP's AsString", () => {
  const values = {
    i: 9223372036854775807n,
    d: 1.5,
    big: 1e21,
    yes: true,
    bytes: Uint8Array.of(1, 2),
    list: ["a", 1, null],
  };
  check(
    { attributes: { ...values, map: { map: attributesOf({ k: "v" }) } } },
    'big=1e+21,bytes=AQI=,d=1.5,i=9223372036854775807,list=["a",1,null],map={"k":"v"},yes=true',
  );
});

test("job and instance come from the resource and win", () => {
  const resource = { "service.name": "n", "service.namespace": "ns", "service.instance.id": 7n };
  check({ resource, attributes: { job: "a", instance: "b" } }, "instance=7,job=ns/n");
  check({ resource: { "service.name": "n" }, attributes: { instance: "b" } }, "instance=b,job=n");
  check({ resource: { "service.namespace": "ns" }, attributes: { job: "a" } }, "job=a");
});

test("resource attributes as labels give way to the point's", () => {
  const all = { isConstantLabel: () => true };
  check({ resource: { "k8s.pod": "p", zone: "z" }, attributes: { k8s_pod: "own" }, naming: all }, "k8s_pod=own,zone=z");
  check({ resource: { "\u540d": "x" }, naming: all }, "invalid_label");
  check({ resource: { "\u540d": "x" } }, "");
});

test("external labels only where there is none", () => {
  const externalLabels = [
    ["a", "x"],
    ["job", "y"],
    ["z", "w"],
  ] as const;
  check({ resource: { "service.name": "n" }, attributes: { a: "1" }, naming: { externalLabels } }, "a=1,job=n,z=w");
});

test("scope labels", () => {
  const scope = {
    name: "lib",
    version: "1",
    schemaUrl: "u",
    attributes: attributesOf({ "x.y": "v", "0": "w", name: "no" }),
  };
  const all = "otel_scope_0=w,otel_scope_name=lib,otel_scope_schema_url=u,otel_scope_version=1,otel_scope_x_y=v";
  check({ scope, attributes: { otel_scope_name: "mine" } }, all);
  check({ scope, naming: { scopeLabels: false } }, "");
});

test("target_info", () => {
  const info = (resource: Record_, more: Partial<Naming> = {}) => {
    const labels = resourceLabels(resourceOf(resource), { ...naming, ...more }).targetInfo;
    return labels && line(labels);
  };
  const named = { "service.name": "n" };
  expect(info({ ...named, "a.b": "x" })).toBe("__name__=target_info,a_b=x,job=n");
  expect(info({ "service.instance.id": "i", a: "x" })).toBe("__name__=target_info,a=x,instance=i");
  expect(info(named)).toBe(undefined);
  expect(info({ ...named, "service.namespace": "s", "service.instance.id": "i" })).toBe(undefined);
  expect(info({ a: "x" })).toBe(undefined);
  expect(info({ ...named, "\u540d": "x" })).toBe(undefined);
  expect(info({ ...named, "\u540d": "x", a: "y" })).toBe("__name__=target_info,a=y,job=n");
  expect(info({ ...named, a: "x" }, { targetInfo: false })).toBe(undefined);
  expect(
    info(
      { ...named, a: "x" },
      {
        namespace: "my-ns",
        externalLabels: [
          ["job", "no"],
          ["e", "1"],
        ],
      },
    ),
  ).toBe("__name__=my_ns_target_info,a=x,e=1,job=n");
});
