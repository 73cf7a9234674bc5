import type { PointSpec } from "@sluice/testkit";
import { expect, test } from "vitest";
import { setUp } from "./exporter.testing.ts";

const alone = { resource: {} };

test("UTF-8 names as each client wants them", async () => {
  const { send, page } = await setUp("translation_strategy: NoUTF8EscapingWithSuffixes");
  await send(
    [{ name: "http.requests", kind: "sum", value: 1, unit: "By", attributes: { "status.code": 'a"b' } }],
    alone,
  );
  const check = async (escaping: string, expected: string) =>
    expect((await page(`text/plain;escaping=${escaping}`)).split("\n").slice(0, 2)).toEqual(expected.split("\n"));
  await check(
    "allow-utf-8",
    '# TYPE "http.requests_bytes_total" counter\n{"http.requests_bytes_total","status.code"="a\\"b"} 1',
  );
  await check(
    "underscores",
    '# TYPE http_requests_bytes_total counter\nhttp_requests_bytes_total{status_code="a\\"b"} 1',
  );
  await check(
    "dots",
    '# TYPE http_dot_requests__bytes__total counter\nhttp_dot_requests__bytes__total{status_dot_code="a\\"b"} 1',
  );
  await check(
    "values",
    '# TYPE U__http_2e_requests__bytes__total counter\nU__http_2e_requests__bytes__total{U__status_2e_code="a\\"b"} 1',
  );
});

test("each way is remembered, and the page stays right when clients ask for many", async () => {
  const { send, page } = await setUp("translation_strategy: NoTranslation");
  const seen = async () => {
    const pages = [];
    for (const escaping of ["allow-utf-8", "underscores", "dots", "values", "allow-utf-8"]) {
      pages.push((await page(`text/plain;escaping=${escaping}`)).split("\n")[1]);
    }
    return pages;
  };
  await send([{ name: "a.b", value: 1 }], alone);
  expect(await seen()).toEqual(['{"a.b"} 1', "a_b 1", "a_dot_b 1", "U__a_2e_b 1", '{"a.b"} 1']);
  await send([{ name: "a.b", value: 2 }], alone);
  expect(await seen()).toEqual(['{"a.b"} 2', "a_b 2", "a_dot_b 2", "U__a_2e_b 2", '{"a.b"} 2']);
});

test("names that become one are one family, with each series once", async () => {
  const { send, page, ctx } = await setUp("translation_strategy: NoTranslation");
  const points: PointSpec[] = [
    { name: "a.b", value: 1, help: "first" },
    { name: "a_b", value: 2 },
    { name: "a_b", value: 3, attributes: { "x.y": 1 } },
    { name: "a.b", value: 4, attributes: { x_y: 1 } },
    { name: "a.b", value: 5, attributes: { "x.y": 1, x_y: 2 } },
    { name: "a-b", histogram: { bounds: [], counts: [1] } },
  ];
  await send(points, alone);
  expect(await page()).toBe('# HELP a_b first\n# TYPE a_b gauge\na_b 1\na_b{x_y="1"} 4\na_b{x_y="1;2"} 5\n');
  expect(ctx.log.records.map(({ fields }) => fields)).toEqual([{ metric: "a.b", help: "" }, { metrics: ["a-b"] }]);
});

test("names that are no UTF-8 have no place", async () => {
  const { send, page, dropped } = await setUp("translation_strategy: NoTranslation\nnamespace: n.s");
  await send(
    [
      { name: "", value: 1 },
      { name: "\ud800", value: 1 },
      { name: "line\nbreak", value: 1 },
    ],
    alone,
  );
  expect(dropped("invalid_name")).toBe(2);
  expect(await page("text/plain;escaping=allow-utf-8")).toBe(
    '# TYPE "n.s_line\\nbreak" gauge\n{"n.s_line\\nbreak"} 1\n',
  );
});
