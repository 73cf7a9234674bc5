import { describe, expect, test } from "vitest";
import { compare, type Difference } from "./compare.ts";
import type { Expected, Labels, Series } from "./expected.ts";
import { seriesText } from "./expected.ts";
import { histogramText } from "./histogram.ts";

const ignoredLabels = new Set(["job", "instance"]);
/** Three scrapes of four series, of which one never changes. */
const shown: Readonly<Record<string, readonly string[]>> = {
  a_total: ["1", "2", "3"],
  b: ["10", "20", "30"],
  c: ["5", "6", "7"],
  same: ["1", "1", "1"],
};
const expected: Expected = {
  resultType: "matrix",
  scrapes: [100, 110, 120],
  result: Object.entries(shown).map(([name, values]) => ({
    metric: { __name__: name },
    type: name === "c" ? "counter" : "gauge",
    values: values.map((value, i) => [100 + 10 * i, value] as const),
  })),
};

/** What a backend holds when all is well: the times are the scraper's. */
const stored: readonly Series[] = expected.result.map(({ metric, values }) => ({
  metric: { ...metric, job: "j", instance: "i" },
  values: values.map(([seconds, value]) => [seconds - 0.25, value] as const),
}));
const named = (name: string): Series => stored.find(({ metric }) => metric.__name__ === name)!;
const without = (name: string): readonly Series[] => stored.filter(({ metric }) => metric.__name__ !== name);
const series = (labels: Labels, ...values: Series["values"]): Series => ({ metric: labels, values });

/** One line a difference: `kind series: seconds expected>found`. */
function linesOf(differences: readonly Difference[]): string[] {
  return differences.map(({ kind, series, samples }) => {
    const texts = samples.map(({ seconds, expected = "", found = "" }) => `${seconds} ${expected}>${found}`);
    return `${kind} ${series}: ${texts.join(", ")}`;
  });
}
function check(held: readonly Series[], ...lines: readonly string[]): void {
  expect(linesOf(compare(expected, held, { ignoredLabels }).differences)).toEqual(lines);
}

describe("a backend that is right", () => {
  test("holds it all", () => {
    const moments = expected.scrapes.map((scrape) => ({ scrape, stored: scrape - 0.25 }));
    const all = { scrapes: 3, series: 4, right: 12, differences: [], moments, stored: 4, addedLabels: [] };
    expect(compare(expected, stored, { ignoredLabels })).toEqual(all);
  });
  test("has what every scrape adds", () => check([...stored, series({ __name__: "up", job: "j" }, [99.75, "1"])]));
  test("has samples of before and after", () => {
    const longer = ({ metric, values }: Series): Series => {
      const [early, late] = metric.__name__ === "same" ? ["1", "1"] : ["0", "99"];
      return { metric, values: [[89.75, early], ...values, [129.75, late]] };
    };
    check(stored.map(longer));
  });
  test("does not keep labels without a value", () => {
    const page = { ...expected, scrapes: [1], result: [{ ...series({ __name__: "a", x: "" }, [1, "3"]), type: "" }] };
    expect(compare(page, [series({ __name__: "a" }, [1, "3"])], { ignoredLabels }).differences).toEqual([]);
  });
  test("added _total to a counter", () => {
    check([...without("c"), { ...named("c"), metric: { __name__: "c_total", job: "j" } }]);
  });
  test("spells values and bounds otherwise", () => {
    const one = (le: string, value: string) => series({ __name__: "h", le }, [1, value]);
    const page = {
      resultType: "matrix",
      scrapes: [1],
      result: [
        { ...one("0.5", "3"), type: "" },
        { ...one("+Inf", "1e3"), type: "" },
      ],
    } as const;
    const { differences } = compare(page, [one("0.50", "3.0"), one("+Inf", "1000")], { ignoredLabels });
    expect(differences).toEqual([]);
  });
  test("a NaN and infinities", () => {
    const page = {
      ...expected,
      scrapes: [1],
      result: ["NaN", "Infinity"].map((value, i) => ({ ...series({ __name__: `n${i}` }, [1, value]), type: "" })),
    };
    const held = ["NaN", "+Inf"].map((value, i) => series({ __name__: `n${i}` }, [0.5, value]));
    expect(compare(page, held, { ignoredLabels }).differences).toEqual([]);
  });
});

describe("a backend that is wrong", () => {
  test("a series is missing", () => check(without("b"), "missing b{}: 99.75 10>, 109.75 20>, 119.75 30>"));
  test("one sample is missing", () => {
    const { metric, values } = named("b");
    check([...without("b"), { metric, values: values.toSpliced(1, 1) }], "missing b{}: 109.75 20>");
  });
  test("a scrape is missing", () => {
    const cut = stored.map(({ metric, values }) => ({ metric, values: values.toSpliced(1, 1) }));
    check(cut, "missing scrape : 110 >");
  });
  test("nothing is there", () => check([], "missing scrape : 100 >, 110 >, 120 >"));
  test("added _total to what is no counter", () => {
    const { metric, values } = named("b");
    check(
      [...without("b"), { metric: { ...metric, __name__: "b_total" }, values }],
      "missing b{}: 99.75 10>, 109.75 20>, 119.75 30>",
      "unexpected b_total{}: 99.75 >10, 109.75 >20, 119.75 >30",
    );
  });
  test("a value is another", () => {
    const { metric, values } = named("b");
    check([...without("b"), { metric, values: values.with(2, [119.75, "31"]) }], "different b{}: 119.75 30>31");
  });
  test("a series is there that was not shown", () => {
    check([...stored, series({ __name__: "x", job: "j" }, [109.75, "4"])], "unexpected x{}: 109.75 >4");
  });
  test("a native histogram is another", () => {
    const h = (count: number): Series => {
      const text = histogramText({ count: `${count}`, sum: "1" });
      return series({ __name__: "h" }, [99.75, text], [109.75, text], [119.75, text]);
    };
    const { metric, values } = h(3);
    const shown = { metric, type: "", values: values.map(([seconds, text]) => [seconds + 0.25, text] as const) };
    const page = { ...expected, result: [...expected.result, shown] };
    const wrong = (count: number) => linesOf(compare(page, [...stored, h(count)], { ignoredLabels }).differences);
    expect(wrong(3)).toEqual([]);
    const [text, other] = ["{count 3, sum 1}", "{count 4, sum 1}"];
    expect(wrong(4)).toEqual([
      `different h{}: ${[99.75, 109.75, 119.75].map((at) => `${at} ${text}>${other}`).join(", ")}`,
    ]);
  });
  test("a label is there that was not shown", () => {
    const { metric, values } = named("b");
    check(
      [...without("b"), { metric: { ...metric, cluster: "w" }, values }],
      "missing b{}: 99.75 10>, 109.75 20>, 119.75 30>",
      'unexpected b{cluster="w"}: 99.75 >10, 109.75 >20, 119.75 >30',
    );
  });
  test("a moment between two scrapes is none of them", () => {
    check([...stored, series({ __name__: "b", job: "j" }, [105, "11"])], "unexpected b{}: 105 >11");
  });
  test("a scrape is there twice, at two moments", () => {
    const again = stored.map(({ metric, values }) => ({ metric, values: [...values, [111, values[1]![1]] as const] }));
    check(again, "twice : 111 >");
  });
  test("a series is there twice, from two instances", () => {
    const { metric, values } = named("b");
    check([...stored, { metric: { ...metric, instance: "other" }, values: [values[0]!] }], "twice b{}: 99.75 >10");
  });
});

test("labels that were added are named", () => {
  const added = [...stored, series({ __name__: "up", job: "j", meta: "x" }, [99.75, "1"])].map(
    ({ metric, values }) => ({
      metric: { ...metric, cluster: "w", az: "1" },
      values,
    }),
  );
  expect(compare(expected, added, { ignoredLabels }).addedLabels).toEqual(["az", "cluster"]);
  expect(compare(expected, added, { ignoredLabels: new Set(["job", "instance", "az", "cluster"]) }).right).toBe(12);
});

test("a series as text", () => {
  expect(seriesText({ z: '"', __name__: "n", a: "1" })).toBe('n{a="1",z="\\""}');
});
