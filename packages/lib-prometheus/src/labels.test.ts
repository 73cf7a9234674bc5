import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkLabelLimits,
  compareText,
  isLabelName,
  isLegacyLabelName,
  isLegacyMetricName,
  isMetricName,
  isValidUtf8Name,
  mergeTargetLabels,
} from "./index.ts";

test("names", () => {
  const check = (name: string, metric: boolean, label: boolean, utf8: boolean): void => {
    expect([isLegacyMetricName(name), isLegacyLabelName(name), isValidUtf8Name(name)], name).toEqual([
      metric,
      label,
      utf8,
    ]);
    expect([isMetricName(name, "legacy"), isLabelName(name, "legacy")]).toEqual([metric, label]);
    expect([isMetricName(name, "utf8"), isLabelName(name, "utf8")]).toEqual([utf8, utf8]);
  };
  check("a_1:b", true, false, true);
  check("_a1", true, true, true);
  check("1a", false, false, true);
  check("", false, false, false);
  check("a.b", false, false, true);
  check("a\n", false, false, true);
  check("é", false, false, true);
  check("a\ud800", false, false, false);
});

test("order is that of the bytes", () => {
  const encode = (text: string): Buffer => Buffer.from(text);
  const text = fc.string({ unit: fc.constantFrom("a", "b", "é", "\uffff", "😀", "\u{10ffff}", "\ud7ff", "\ue000") });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(encode(a), encode(b)));
    }),
    { numRuns: 2000 },
  );
});

describe("mergeTargetLabels", () => {
  type Labels = Record<string, string>;
  const check = (scraped: Labels, target: Labels, honor: boolean, expected: Labels): void => {
    const given = new Map(Object.entries(scraped));
    const merged = mergeTargetLabels(given, new Map(Object.entries(target)), honor);
    expect(Object.fromEntries(merged)).toEqual(expected);
    expect(Object.fromEntries(given)).toEqual(scraped);
  };
  test("the target's labels hold", () => {
    check({ __name__: "m", a: "1" }, { job: "j" }, false, { __name__: "m", a: "1", job: "j" });
    check({ job: "x" }, { job: "j" }, false, { job: "j", exported_job: "x" });
    check({ job: "" }, { job: "j" }, false, { job: "j" });
    check({ a: "" }, {}, false, {});
    check({ job: "x", exported_job: "y" }, { job: "j" }, false, {
      job: "j",
      exported_job: "y",
      exported_exported_job: "x",
    });
  });
  test("shorter names are renamed first", () => {
    const scraped = { foo: "1", exported_foo: "2", exported_exported_foo: "3" };
    const target = { exported_foo: "t2", foo: "t1", exported_exported_foo: "t3" };
    const expected = { ...target, exported_exported_exported_foo: "1", exported_exported_exported_exported_foo: "2" };
    check(scraped, target, false, { ...expected, exported_exported_exported_exported_exported_foo: "3" });
    check({ foo: "1", exported_foo: "2" }, { foo: "t" }, false, {
      foo: "t",
      exported_foo: "2",
      exported_exported_foo: "1",
    });
  });
  test("or the scraped ones, even when empty", () => {
    check({ job: "x", a: "1" }, { job: "j", b: "2" }, true, { job: "x", a: "1", b: "2" });
    check({ job: "" }, { job: "j" }, true, {});
  });
});

describe("checkLabelLimits", () => {
  const check = (
    labels: Record<string, string>,
    limits: [number, number, number],
    expected: string | undefined,
  ): void => {
    const [label_limit, label_name_length_limit, label_value_length_limit] = limits;
    const all = { label_limit, label_name_length_limit, label_value_length_limit };
    expect(checkLabelLimits(new Map(Object.entries(labels)), all)).toBe(expected);
  };
  test("none", () => {
    check({ __name__: "m", a: "x".repeat(1000) }, [0, 0, 0], undefined);
    check({ __name__: "m", a: "b" }, [2, 8, 1], undefined);
  });
  test("each", () => {
    check({ __name__: "m", a: "b" }, [1, 0, 0], "label_limit exceeded (metric: m, number of labels: 2, limit: 1)");
    check(
      { __name__: "m", abcd: "b" },
      [0, 3, 0],
      "label_name_length_limit exceeded (metric: m, label name: __name__, length: 8, limit: 3)",
    );
    check(
      { __name__: "m", a: "b\n1" },
      [0, 0, 2],
      'label_value_length_limit exceeded (metric: m, label name: a, value: "b\\n1", length: 3, limit: 2)',
    );
  });
  test("lengths are bytes, and what is shown is cut at 50 characters", () => {
    check({ a: "éé" }, [0, 0, 4], undefined);
    check({ a: "😀" }, [0, 0, 4], undefined);
    check(
      { a: "ééé" },
      [0, 0, 5],
      'label_value_length_limit exceeded (metric: , label name: a, value: "ééé", length: 6, limit: 5)',
    );
    const [long, shown] = ["é".repeat(60), "é".repeat(50)];
    check(
      { __name__: long, [long]: long },
      [0, 100, 0],
      `label_name_length_limit exceeded (metric: ${shown}, label name: ${shown}, length: 120, limit: 100)`,
    );
    check(
      { a: long },
      [0, 0, 9],
      `label_value_length_limit exceeded (metric: , label name: a, value: "${shown}", length: 120, limit: 9)`,
    );
  });
});
