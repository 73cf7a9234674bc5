import { describe, expect, test } from "vitest";
import { compileCondition } from "./compile.ts";
import { datapointLanguage, metricLanguage } from "./languages.ts";
import { namesIn } from "./names.ts";
import { parseCondition } from "./parser.ts";

describe("tells what is wrong and where", () => {
  function check(condition: string, message: string): void {
    test(condition, () => {
      const run = () => compileCondition(parseCondition(condition), datapointLanguage);
      expect(run).toThrow(`at character ${message}`);
    });
  }
  check("", "1: found the end, expected a value");
  check("true and", "9: found the end, expected a value");
  check("true true", "6: found true, expected and, or, or the end");
  check("(true", "6: found the end, expected )");
  check("metric.name", "12: found the end, expected one of ==, !=, <, <=, >, >=");
  check('metric.name = "x"', "13: found =, expected one of ==");
  check("metric.name == 'x'", `16: found "'", which is no part of a condition; texts are written with double quotes`);
  check('metric.name == "x', "16: found a text without its closing quote");
  check('metric.name == "\\d"', "17: found the escape \\d; a backslash itself is written \\\\");
  check('metric.name == "\\ud800"', "17: found the escape \\ud800");
  check("metric.name == and", '16: found "and", expected a value');
  check("metric. == 1", "9: found ==, expected a field");
  check("metric.name == 1 + 2", "18: arithmetic is not supported yet");
  check("1 + 2 == 3", "3: arithmetic is not supported yet");
  check("-metric.name == 1", "1: arithmetic is not supported yet");
  check("metric.name == (1)", "16: parentheses around values are not supported yet");
  check('metric.name == ["a"]', "16: lists are not supported yet");
  check("metric.name == {}", "16: maps are not supported yet");
  check("99999999999999999999 == 1", "1: 99999999999999999999 is beyond 64 bits");
  check("0xabc == 1", "1: 0xabc has half a byte");
  check("value_double > 1", '1: path "value_double" is not supported here; supported are attributes, metric.name, ');
  check("Count > 1", '1: found "Count"; expected a path in lower case, a name in capitals, or a function with ( )');
  check(
    "metric.type == METRIC_TYPE_SUM",
    '16: name "METRIC_TYPE_SUM" is not supported here; supported are SPAN_KIND_..., STATUS',
  );
  check(
    "metric.type == STATUS_CODE_BAD",
    '16: name "STATUS_CODE_BAD" is not supported here; supported are STATUS_CODE_UNSET, STATUS_CODE_OK, STATUS_CODE_ERROR',
  );
  check("Len(metric.name) > 1", '1: function "Len" is not supported here; supported are IsMatch, HasPrefix, ');
  check('set(metric.name, "x")', '1: found the editor "set"; in a condition only functions');
  check("IsMatch(metric.name)", "1: IsMatch takes 2 arguments, found 1");
  check("IsString() == true", "1: IsString takes 1 argument, found 0");
  check("IsMatch(metric.name, metric.unit)", "22: IsMatch needs a text in quotes here; other arguments are not");
  check('IsMatch(metric.name, "(")', "22: error parsing regexp: missing closing ): `(`");
  check('IsMatch(metric.name, pattern="a")', "22: arguments by name, as pattern=, are not supported yet");
  check('IsMatch(metric.name "a")', '21: found "a", expected ,');
  check('Split("a", ",")[0] == "a"', "16: keys behind a function are not supported yet");
  check('attributes["a"].x == 1', '17: field "x" behind a key is not supported yet');
  check("attributes[test] == 1", "12: only a text or a whole number is supported as a key yet");
  check("attributes[0] == 1", '1: path "attributes" has texts as keys, not numbers');
  check('metric.name["x"] == 1', '1: path "metric.name" has no keys');
  check("constructor == 1", '1: path "constructor" is not supported here');
  check(`${"(".repeat(70)}true`, "66: conditions nest more than 64 deep");
  check(`${"IsString(".repeat(70)}`, "586: conditions nest more than 64 deep");
});

test("functions on metrics are not there for data points", () => {
  const condition = parseCondition('HasAttrKeyOnDatapoint("x")');
  expect(() => compileCondition(condition, datapointLanguage)).toThrow('function "HasAttrKeyOnDatapoint" is not');
  expect(compileCondition(condition, metricLanguage)).toBeTypeOf("function");
});

test("reads Go's escapes, and any space", () => {
  const condition = parseCondition('\n\t"a\\n\\t\\\\\\"\\x41\\101\\u00e9\\U0001f600"\r\n == "b" ');
  expect(condition).toMatchObject({ kind: "comparison", left: { value: 'a\n\t\\"AAé😀' } });
});

test("names what it is about", () => {
  const text = 'not (IsMatch(resource.attributes["a"], "x") or metric.name == nil) and true and 1 == 2';
  expect(namesIn(parseCondition(text))).toEqual({
    paths: ["resource.attributes", "metric.name"],
    functions: ["IsMatch"],
  });
});
