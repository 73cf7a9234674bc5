import { expect, test } from "vitest";
import { parseId, parsePipelineId } from "./ids.ts";

test("component ids", () => {
  const check = (text: string, type: string, name: string) =>
    expect([text, parseId(text)]).toEqual([text, { type, name }]);
  check("otlp", "otlp", "");
  check("otlp/2", "otlp", "2");
  check(" otlp / a ", "otlp", "a");
  check("otlp/a/b", "otlp", "a/b");
  check("Otlp_2/\u00e4.b-c:d", "Otlp_2", "\u00e4.b-c:d");
  check(`a${"b".repeat(62)}/${"n".repeat(1024)}`, `a${"b".repeat(62)}`, "n".repeat(1024));
});

test("what is no component id", () => {
  const check = (text: string) => expect([text, parseId(text)]).toEqual([text, { problem: expect.any(String) }]);
  check("");
  check("/a");
  check("otlp/");
  check("otlp/ ");
  check("2otlp");
  check("ot-lp");
  check("ot lp");
  check("otlp/a b");
  check("otlp/a\u00a0b");
  check("otlp/a$b");
  check("otlp/a\tb");
  check(`a${"b".repeat(63)}`);
  check(`otlp/${"n".repeat(1025)}`);
  check(`otlp/${"\u00e4".repeat(513)}`);
});

test("pipeline ids", () => {
  expect(parsePipelineId("metrics")).toEqual({ signal: "metrics", name: "" });
  expect(parsePipelineId("metrics / a/b")).toEqual({ signal: "metrics", name: "a/b" });
  expect(parsePipelineId("metrics/")).toEqual({ problem: expect.any(String) });
});
