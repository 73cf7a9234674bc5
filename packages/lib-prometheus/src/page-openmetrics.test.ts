import { expect, test } from "vitest";
import { scan } from "./pages.testing.ts";

const check = (page: string, expected: string): void => {
  const { entries, error } = scan(`${page}# EOF`, "openmetrics");
  expect(error).toBeUndefined();
  const shown = entries.map((entry) => {
    if (entry.kind !== "series") return `${entry.kind} ${entry.name}: ${entry.text}`;
    const { name, labels, timestamp, exemplar } = entry;
    const example = exemplar && ` # ${JSON.stringify(exemplar.labels)} ${exemplar.timestamp ?? "-"}`;
    return `${name}${JSON.stringify(labels)} ${timestamp ?? "-"}${example ?? ""}`;
  });
  expect(shown.join("; ")).toBe(expected);
};
const refuse = (page: string, message: string): void => expect(scan(page, "openmetrics").error).toBe(message);

test("the end of the page", () => {
  check("", "");
  check("foo 1\n", "foo[] -");
  expect(scan("foo 1\n# EOF\n", "openmetrics").error).toBeUndefined();
  for (const page of ["", "foo 1", "foo 1\n", "foo 1 # {} 1"]) refuse(page, "data does not end with # EOF");
  for (const page of ["# EOF\n\n", "# EOF ", "# EOFx", "# EOF\nfoo 1\n"]) refuse(page, "unexpected data after # EOF");
});

test("single spaces, and nothing between the lines", () => {
  refuse("\n# EOF", 'expected a valid start token, got "\\n" ("INVALID") while parsing: "\\n"');
  refuse(" foo 1\n# EOF", 'expected a valid start token, got " " ("INVALID") while parsing: " "');
  refuse("foo  1\n# EOF", 'expected value after metric, got " " ("INVALID") while parsing: "foo "');
  refuse("foo\t1\n# EOF", 'expected value after metric, got "\\t" ("INVALID") while parsing: "foo\\t"');
  refuse("foo 1 \n# EOF", 'expected timestamp or # symbol, got " " ("INVALID") while parsing: "foo 1 "');
  refuse("foo 1 2 \n# EOF", 'expected next entry after timestamp, got " " ("INVALID") while parsing: "foo 1 2 "');
  refuse('foo{a="b" } 1\n# EOF', 'expected comma or brace close, got " " ("INVALID") while parsing: "foo{a=\\"b\\" "');
  refuse('foo{ a="b"} 1\n# EOF', 'expected label name, got " " ("INVALID") while parsing: "foo{ "');
  refuse("foo 1\r\n# EOF", 'strconv.ParseFloat: parsing "1\\r": invalid syntax while parsing: "foo 1\\r"');
  refuse("# foo\n# EOF", 'expected a valid start token, got "#" ("INVALID") while parsing: "#"');
});

test("labels", () => {
  check('foo{a="b",} 1\n', 'foo[["a","b"]] -');
  check('{"foo","a b"="c\\"\\\\\\n"} 1\n', 'foo[["a b","c\\"\\\\\\n"]] -');
  refuse(
    'foo{a="b"c="d"} 1\n# EOF',
    'expected comma or brace close, got "c=" ("LNAME") while parsing: "foo{a=\\"b\\"c="',
  );
  refuse('foo{a="x\ny"} 1\n# EOF', 'expected label value, got "\\"x\\n" ("INVALID") while parsing: "foo{a=\\"x\\n"');
});

test("timestamps are seconds, cut to milliseconds", () => {
  check("foo 1 1.5e3\n", "foo[] 1500000");
  check("foo 1 -1.0019\n", "foo[] -1001");
  check("foo 1 0.0009\n", "foo[] 0");
  check("foo 1 -0.0009\n", "foo[] 0");
  refuse("foo 1 NaN\n# EOF", "invalid timestamp NaN");
  refuse("foo 1 -Inf\n# EOF", "invalid timestamp -Inf");
  refuse("foo 1 1e17\n# EOF", "invalid timestamp 100000000000000000");
  refuse("foo 1 x\n# EOF", 'strconv.ParseFloat: parsing "x": invalid syntax while parsing: "foo 1 x"');
  refuse(
    "foo 1 1 2\n# EOF",
    'expected next entry after timestamp, got " 2\\n" ("TIMESTAMP") while parsing: "foo 1 1 2\\n"',
  );
});

test("exemplars", () => {
  check('foo 1 # {a="b"} 1\n', 'foo[] - # [["a","b"]] -');
  check("foo 1 5 # {} 1 2.5\n", "foo[] 5000 # [] 2500");
  check('foo 1 # {a="# {}"} NaN\nbar 2\n', 'foo[] - # [["a","# {}"]] -; bar[] -');
  refuse("foo 1 #\n# EOF", 'strconv.ParseFloat: parsing "#": invalid syntax while parsing: "foo 1 #"');
  refuse('foo 1 # {"a"} 1\n# EOF', 'expected label name, got "} " ("BCLOSE") while parsing: "foo 1 # {\\"a\\"} "');
  refuse(
    "foo 1 # {}1\n# EOF",
    'expected value after exemplar labels, got "1" ("INVALID") while parsing: "foo 1 # {}1"',
  );
  refuse("foo 1 # {} 1 +Inf\n# EOF", "invalid exemplar timestamp +Inf");
  refuse(
    "foo 1 # {} 1 2 3\n# EOF",
    'expected next entry after exemplar timestamp, got " 3\\n" ("TIMESTAMP") while parsing: "foo 1 # {} 1 2 3\\n"',
  );
});

test("metadata", () => {
  check('# HELP foo a\\n\\"\\\\\\q\n# TYPE foo gaugehistogram\n', 'help foo: a\n"\\\\q; type foo: gaugehistogram');
  check("# HELP foo \n# UNIT foo \n# UNIT foo_bytes bytes\n", "help foo: ; unit foo: ; unit foo_bytes: bytes");
  check("# HELP foo a\0b\n", "help foo: a\0b");
  refuse("# HELP foo\n# EOF", "expected text in HELP");
  refuse("# TYPE foo", "expected text in TYPE");
  refuse("# TYPE foo untyped\n# EOF", 'invalid metric type "untyped"');
  refuse("# UNIT foobytes bytes\n# EOF", 'unit "bytes" not a suffix of metric "foobytes"');
  refuse("# UNIT bytes bytes\n# EOF", 'unit "bytes" not a suffix of metric "bytes"');
});
