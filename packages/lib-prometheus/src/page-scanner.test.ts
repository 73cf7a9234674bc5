import { describe, expect, test } from "vitest";
import { END, type PageFormat, PageScanner, SERIES, TYPE } from "./index.ts";
import { bitsOf, scan } from "./pages.testing.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("text format", () => {
  const check = (page: string, expected: string): void => {
    const { entries, error } = scan(page, "text");
    expect(error).toBeUndefined();
    const shown = entries.map((entry) =>
      entry.kind === "series"
        ? `${entry.name}${JSON.stringify(entry.labels)} ${entry.bits === bitsOf(1) ? 1 : entry.bits} ${entry.timestamp ?? "-"}`
        : `${entry.kind} ${entry.name}: ${entry.text}`,
    );
    expect(shown.join("; ")).toBe(expected);
  };
  const refuse = (page: string, message: string, line = 1): void => {
    expect(scan(page, "text")).toMatchObject({ error: message, line });
  };

  test("blanks, lines and comments", () => {
    check("", "");
    check("\n \n\t\n", "");
    check("  foo\t 1 \t\n", "foo[] 1 -");
    check("foo 1", "foo[] 1 -");
    check("# a comment\n#\n#HELP x y\n# HELP\n# HELPER x\n# UNIT a b\nfoo 1", "foo[] 1 -");
    check("foo 1\n\0bar 1\n", "foo[] 1 -");
    check("#\0\nfoo 1", "foo[] 1 -");
    refuse("foo 1\n\r\nbar 1", 'expected a valid start token, got "\\r" ("INVALID") while parsing: "\\r"', 2);
    refuse("\u{feff}foo 1", 'expected a valid start token, got "\\xef" ("INVALID") while parsing: "\\xef"');
  });

  test("labels", () => {
    check("foo{} 1", "foo[] 1 -");
    check('foo {a="b"}1', 'foo[["a","b"]] 1 -');
    check('foo { a = "b" , c="d", } 1', 'foo[["a","b"],["c","d"]] 1 -');
    check('foo{a="b" c="d"} 1', 'foo[["a","b"],["c","d"]] 1 -');
    check('foo{a="1",a="2"} 1', 'foo[["a","1"],["a","2"]] 1 -');
    check('foo{a="x\\n\\"\\\\\\q"} 1', 'foo[["a","x\\n\\"\\\\\\\\q"]] 1 -');
    check('foo{a="two\nlines\0"} 1', 'foo[["a","two\\nlines\\u0000"]] 1 -');
    check('{"a.b"} 1', "a.b[] 1 -");
    check('{x="y","a.b","c d"="e",} 1', 'a.b[["x","y"],["c d","e"]] 1 -');
    refuse('{x="y"} 1', 'metric name not set while parsing: "{x=\\"y\\"}"');
    refuse('foo{"x"} 1', 'metric name already set while parsing: "foo{\\"x\\"}"');
    refuse("{foo} 1", 'expected equal, got "} " ("BCLOSE") while parsing: "{foo} "');
    refuse("foo{,} 1", 'expected label name, got ",}" ("COMMA") while parsing: "foo{,}"');
    refuse('foo{a="b"\n} 1', 'expected label name, got "\\n" ("INVALID") while parsing: "foo{a=\\"b\\"\\n"');
    refuse('foo{a="b', 'expected label value, got "\\"b" ("INVALID") while parsing: "foo{a=\\"b"');
    refuse(
      'foo{a="b\\\n"} 1',
      'expected label value, got "\\"b\\\\\\n" ("INVALID") while parsing: "foo{a=\\"b\\\\\\n"',
    );
  });

  test("values", () => {
    const value = (text: string, bits: string): void => check(`foo ${text}\n`, `foo[] ${bits} -`);
    value("1", "1");
    value("-0", "8000000000000000");
    value("+Inf", bitsOf(Number.POSITIVE_INFINITY));
    value("-infinity", bitsOf(Number.NEGATIVE_INFINITY));
    value("iNf", bitsOf(Number.POSITIVE_INFINITY));
    value("NaN", "7ff8000000000001");
    value("nAN", "7ff8000000000001");
    value("5.", bitsOf(5));
    value(".5", bitsOf(0.5));
    value("00012.50", bitsOf(12.5));
    value("1e-999", "0000000000000000");
    value("1.7976931348623157E+308", bitsOf(Number.MAX_VALUE));
    const bad = (text: string, problem: string): void =>
      refuse(`foo ${text}\n`, `${problem} while parsing: "foo ${text}"`);
    for (const text of ["+NaN", ".", "-", "+", "1e", "1e+", "--1", "1.2.3", "in", "0x10", "1,5", "e5"]) {
      bad(text, `strconv.ParseFloat: parsing "${text}": invalid syntax`);
    }
    bad("1e999", 'strconv.ParseFloat: parsing "1e999": value out of range');
    bad("1_000", "unsupported character in float");
    bad("0x1p-2", "unsupported character in float");
    refuse("foo", 'expected value after metric, got "" ("EOF") while parsing: "foo"');
    refuse('foo {a="b"}{ 1', 'expected value after metric, got "{ " ("BOPEN") while parsing: "foo {a=\\"b\\"}{ "');
  });

  test("timestamps", () => {
    check("foo 1 1700000000000", "foo[] 1 1700000000000");
    check("foo 1 0 \n", "foo[] 1 0");
    refuse("foo 1 -5", 'expected timestamp or new record, got "-" ("INVALID") while parsing: "foo 1 -"');
    refuse("foo 1 5x", 'expected next entry after timestamp, got "x" ("INVALID") while parsing: "foo 1 5x"');
    refuse(
      "foo 1 5 6\n",
      'expected next entry after timestamp, got "6\\n" ("TIMESTAMP") while parsing: "foo 1 5 6\\n"',
    );
    const far = "9".repeat(19);
    refuse(`foo 1 ${far}`, `strconv.ParseInt: parsing "${far}": value out of range while parsing: "foo 1 ${far}"`);
  });

  test("metadata", () => {
    check("# HELP foo some  text \n", "help foo: some  text ");
    check("#\t HELP\tfoo\n# TYPE \tfoo counter", "help foo: ; type foo: counter");
    check('# HELP foo a\\nb\\\\c\\"d\\e\n', 'help foo: a\nb\\c\\"d\\e');
    check('# TYPE "a.b" untyped\n', "type a.b: untyped");
    refuse("a 1\n# TYPE foo unknown", 'invalid metric type "unknown"', 2);
    refuse("# TYPE foo  counter", 'invalid metric type " counter"');
    refuse("# HELP 1a b", 'expected metric name after HELP, got "1" ("INVALID") while parsing: "# HELP 1"');
  });
});

describe("hostile pages", () => {
  test("invalid UTF-8 is refused by name", () => {
    const page = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect(scan(page('foo{a="\xff"} 1'), "text").error).toBe('invalid UTF-8 label value: "\\"\\xff\\""');
    expect(scan(page('{"\xc0\x80"} 1'), "text").error).toBe('invalid UTF-8 name: "\\"\\xc0\\x80\\""');
    expect(scan(page("# HELP a \xed\xa0\x80\n"), "text").error).toBe(
      'help text "\\xed\\xa0\\x80" is not a valid utf8 string',
    );
  });

  test("megabytes of one token cost one pass and a short message", () => {
    const size = 1 << 20;
    for (const format of ["text", "openmetrics"] satisfies PageFormat[]) {
      for (const unit of ["a", "1", '"', "\\", "{", "#", " ", "\0", "\n", "é", '{a="b",', "# HELP ", "1 ", 'a{b="\\']) {
        const { error } = scan(unit.repeat(Math.ceil(size / unit.length)), format);
        expect((error ?? "").length).toBeLessThan(2000);
      }
    }
  });

  test("bytes behind the page are not read", () => {
    const bytes = bytesOf('foo{a="b"} 12345 678\n');
    for (let length = 0; length <= bytes.length; length++) {
      expect(scan(bytes.subarray(0, length), "text")).toEqual(scan(bytes.slice(0, length), "text"));
      const scanner = new PageScanner("text");
      scanner.reset(bytes, length);
      const own = scan(bytes.slice(0, length), "text");
      if (own.error !== undefined) expect(() => scanner.next()).toThrow(own.error);
      else if (own.entries.length > 0) {
        expect(scanner.next()).toBe(SERIES);
        expect(scanner.at).toBe(length);
      }
    }
    expect(() => new PageScanner("text").reset(bytes, bytes.length + 1)).toThrow(RangeError);
  });
});

describe("a line that shares its beginning and its end with the series before", () => {
  const page = bytesOf('m{a="1",b="x"} 1\n# a comment\nm{a="22",b="x"} 2\nm{a="22",b="x"} 3\nm{a="3",b="y"} 4');
  const middle = bytesOf("22");

  test("is known by what is between them", () => {
    const scanner = new PageScanner("text");
    scanner.reset(page, page.length);
    expect(scanner.next()).toBe(SERIES);
    // A comment stands before it.
    expect(scanner.tryFollowing(5, 8, middle, 0, 2)).toBe(false);
    expect(scanner.next()).toBe(SERIES);
    expect(scanner.value).toBe(2);
    expect(scanner.tryFollowing(5, 8, middle, 0, 1)).toBe(false);
    expect(scanner.tryFollowing(5, 8, middle, 0, 2)).toBe(true);
    expect(scanner).toMatchObject({ value: 3 });
    expect(page.subarray(scanner.seriesFrom, scanner.seriesTo)).toEqual(bytesOf('m{a="22",b="x"}'));
    // Another end than the series before it.
    expect(scanner.tryFollowing(5, 8, bytesOf("3"), 0, 1)).toBe(false);
    expect(scanner.tryFollowing(5, 1, bytesOf('3",b="y"'), 0, 8)).toBe(true);
    expect(scanner.value).toBe(4);
    expect(scanner.tryFollowing(5, 8, middle, 0, 2)).toBe(false);
    expect(scanner.next()).toBe(END);
  });

  test("is equal at any length of what is between them", () => {
    for (let size = 0; size < 40; size++) {
      const text = (last: string) => `m{a="${"z".repeat(size)}${last}"}`;
      const bytes = bytesOf(`m{a=""} 1\n${text("e")} 2`);
      for (const [last, expected] of [
        ["e", true],
        ["f", false],
      ] as const) {
        const scanner = new PageScanner("text");
        scanner.reset(bytes, bytes.length);
        scanner.next();
        const own = bytesOf(`${"z".repeat(size)}${last}`);
        expect(scanner.tryFollowing(5, 2, own, 0, own.length)).toBe(expected);
      }
    }
  });
});

describe("known lines", () => {
  const page = bytesOf('foo{a="b"} 1 5\nfoo 2\nfoo {a="c"} 3\n# TYPE x counter\nfoo 4');
  const known = bytesOf('foo{a="b"}foo# TYPE x counter\n');

  test("are consumed like any other", () => {
    const scanner = new PageScanner("text");
    scanner.reset(page, page.length);
    expect(scanner.tryKnown(known, 10, 13)).toBe(false);
    expect(scanner.tryKnown(known, 0, 10)).toBe(true);
    expect(scanner).toMatchObject({
      seriesFrom: 0,
      seriesTo: 10,
      value: 1,
      hasTimestamp: true,
      timestampMs: 5,
      at: 15,
    });
    expect(scanner.tryKnown(known, 10, 13)).toBe(true);
    expect(scanner).toMatchObject({ value: 2, hasTimestamp: false });
    // `foo {a="c"}` only begins like `foo`.
    expect(scanner.tryKnown(known, 10, 13)).toBe(false);
    expect(scanner.next()).toBe(SERIES);
    expect(scanner.tryKnownLine(known, 0, 10)).toBe(false);
    expect(scanner.tryKnownLine(known, 13, known.length)).toBe(true);
    expect(scanner.tryKnown(known, 10, 13)).toBe(true);
    expect(scanner.tryKnown(known, 10, 13)).toBe(false);
    expect(scanner.tryKnownLine(known, 13, known.length)).toBe(false);
    expect(scanner.next()).toBe(END);
    expect(scanner.next()).toBe(END);
  });

  test("what follows them is checked", () => {
    const scanner = new PageScanner("text");
    const bad = bytesOf("a 1\nfoo x\n");
    scanner.reset(bad, bad.length);
    scanner.next();
    expect(() => scanner.tryKnown(known, 10, 13)).toThrow('parsing "x": invalid syntax while parsing: "foo x"');
    expect(scanner.next.bind(scanner)).toThrow('parsing "x"');
  });

  test("metadata and samples leave each other's fields alone", () => {
    const scanner = new PageScanner("text");
    scanner.reset(page, page.length);
    while (scanner.next() !== TYPE);
    expect(scanner.value).toBe(3);
  });
});
