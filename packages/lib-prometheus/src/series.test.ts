import { expect, test } from "vitest";
import {
  type PageFormat,
  ParseError,
  parseExemplar,
  parseMetadataName,
  parseMetadataText,
  parsePage,
  parseSeries,
} from "./index.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test("series", () => {
  const check = (text: string, name: string, ...labels: [string, string][]): void => {
    const bytes = encode(`<<${text}>>`);
    expect(parseSeries(bytes, 2, bytes.length - 2)).toEqual({ name, labels });
  };
  check("up", "up");
  check("up{}", "up");
  check('up{a="1",b="2"}', "up", ["a", "1"], ["b", "2"]);
  check('up {\ta = "1" , b="2",}', "up", ["a", "1"], ["b", "2"]);
  check('up{a="1",a="1"}', "up", ["a", "1"], ["a", "1"]);
  check('up{a="{,}=",b=""}', "up", ["a", "{,}="], ["b", ""]);
  check('up{a="\\\\n\\n\\"\\x\\\\"}', "up", ["a", '\\n\n"\\x\\']);
  check('{"a.b"}', "a.b");
  check('{"é\\"\\\\","l.x"="1",y="😀"}', 'é"\\', ["l.x", "1"], ["y", "😀"]);
  check('{y="1","later"}', "later", ["y", "1"]);
  check('up{a="\u{feff}"}', "up", ["a", "\u{feff}"]);
});

test("text that no scanner returns is refused", () => {
  const refuse = (text: string): void => {
    const bytes = encode(text);
    expect(() => parseSeries(bytes, 0, bytes.length), text).toThrow(ParseError);
  };
  for (const text of [
    "{",
    "{}",
    'x{"y"}',
    'x{a="1"',
    'x{a="1',
    "x{a}",
    'x{a="1"}y',
    '{"a","b"}',
    "x{1}",
    'x{="1"}',
    'x{a="\\',
  ])
    refuse(text);
  expect(() => parseSeries(Uint8Array.of(0xff), 0, 1)).toThrow("cannot read text that is not UTF-8");
});

test("exemplars", () => {
  const read = (text: string) => parseExemplar(encode(text), 0, encode(text).length);
  expect(read('{trace_id="abc"} 0.67')).toEqual({ labels: [["trace_id", "abc"]], value: 0.67, timestampMs: undefined });
  expect(read("{} -1 1.0019")).toEqual({ labels: [], value: -1, timestampMs: 1001 });
  expect(read('{"a b"="} 1 "} +Inf 0')).toEqual({ labels: [["a b", "} 1 "]], value: Infinity, timestampMs: 0 });
  for (const text of ["", "x", "{} ", "{} x", "{} 1 x"]) expect(() => read(text), text).toThrow(ParseError);
});

test("metadata", () => {
  const check = (text: string, format: PageFormat, expected: string): void =>
    expect(parseMetadataText(encode(text), 0, encode(text).length, format)).toBe(expected);
  check("plain é", "text", "plain é");
  check('\\n\\\\n\\"\\x', "text", '\n\\n\\"\\x');
  check('\\n\\\\n\\"\\x', "openmetrics", '\n\\n"\\x');
  expect(parseMetadataName(encode('a\\"b'), 0, 4)).toBe('a"b');
});

test("families", () => {
  const page = `# HELP http_requests Requests.
# TYPE http_requests counter
http_requests_total{code="200"} 5 # {id="x"} 1
http_requests_created{code="200"} 1
# TYPE lat histogram
# UNIT lat_seconds seconds
lat_bucket{le="+Inf"} 1 2.5
lat_count 1
other_count 2
# EOF
`;
  const families = parsePage(page, "openmetrics");
  const shown = families.map(({ name, type, help, unit, samples }) => [
    name,
    type,
    help,
    unit,
    samples.map((s) => s.name).join(),
  ]);
  expect(shown).toEqual([
    ["http_requests", "counter", "Requests.", "", "http_requests_total,http_requests_created"],
    ["lat", "histogram", "", "", "lat_bucket,lat_count"],
    ["lat_seconds", "unknown", "", "seconds", ""],
    ["other_count", "unknown", "", "", "other_count"],
  ]);
  expect(families[0]!.samples[0]).toEqual({
    name: "http_requests_total",
    labels: [["code", "200"]],
    value: 5,
    timestampMs: undefined,
    exemplar: { labels: [["id", "x"]], value: 1, timestampMs: undefined },
  });
  expect(families[1]!.samples[0]).toMatchObject({ timestampMs: 2500 });
  expect(parsePage(encode("# TYPE a untyped\na 1"), "text")).toMatchObject([{ name: "a", type: "unknown" }]);
  expect(() => parsePage("a b", "text")).toThrow(ParseError);
});
