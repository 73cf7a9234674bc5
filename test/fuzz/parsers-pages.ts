import {
  END,
  type PageFormat,
  ParseError,
  ProtobufScanner,
  parsePage,
  protobufPage,
  SERIES,
} from "@sluice/lib-prometheus";
import { type Entry, scan } from "../../packages/lib-prometheus/src/pages.testing.ts";
import { entriesOf } from "../../packages/lib-prometheus/src/protobuf.testing.ts";
import { Refused, referenceEntries } from "../../packages/lib-prometheus/src/reference.testing.ts";
import { everyOpenMetric, everything } from "../differential/data/pages.ts";
import { about, expectSame, outcomeOf, type Parser, refusal, textOf } from "./parser.ts";

const words = [
  "# TYPE ",
  "# HELP ",
  "# UNIT ",
  "# EOF\n",
  " # {",
  "_bucket{le=",
  "_created",
  "counter\n",
  "histogram\n",
  "gaugehistogram\n",
  '{"',
  '",',
  '="',
  '"} 1\n',
  "\\n",
  "\\\\",
  '\\"',
  "NaN",
  "+Inf",
  "-Inf",
  "0x1p-2",
  "1e999",
  "1_0",
  " 1600000000",
  "\ufeff",
  "\ud83c\udf0d",
  "\0",
  "__proto__",
  "\r\n",
];

const pages = (name: string, format: PageFormat, seeds: readonly string[]): Parser => ({
  name,
  words,
  seeds: () => seeds,
  run(input) {
    const { entries, error } = scan(input, format);
    const page = textOf(input);
    // Of bytes that are no text each reader makes something else.
    const isText = page.isWellFormed() && !page.includes("\ufffd");
    if (isText)
      expectSame({ entries: error === undefined ? entries : [] }, plainly(page, format), "scanner and grammar");
    const parsed = outcomeOf(() => "read", ParseError);
    const families = outcomeOf(() => about(parsePage(input, format).length), ParseError);
    if (families.startsWith("refused") !== (error !== undefined)) throw new Error(`one reader refuses: ${families}`);
    if (error !== undefined) return refusal(new Error(error));
    return `${parsed} ${about(entries.length)} ${[...new Set(entries.map(traits))].toSorted().slice(0, 4).join()}`;
  },
});

function plainly(page: string, format: PageFormat): { readonly entries: readonly Entry[] } {
  try {
    return { entries: referenceEntries(page, format) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { entries: [] };
  }
}

function traits(entry: Entry): string {
  if (entry.kind !== "series") return entry.kind;
  const { labels, timestamp, exemplar } = entry;
  return `series${about(labels.length)}${timestamp === undefined ? "" : "t"}${exemplar === undefined ? "" : "e"}`;
}

const native = protobufPage([
  {
    name: "native_seconds",
    type: "histogram",
    help: "Native",
    metrics: [
      {
        labels: { path: "/" },
        timestampMs: 1_600_000_000_000,
        histogram: {
          count: 10,
          sum: 12.5,
          schema: 3,
          zeroThreshold: 1e-3,
          zeroCount: 2,
          positive: {
            spans: [
              [0, 2],
              [3, 1],
            ],
            deltas: [1, 1, 1],
          },
          negative: { spans: [[-1, 1]], deltas: [2] },
          createdMs: 1_600_000_000_500,
          buckets: [{ le: 0.5, count: 1, exemplar: { labels: { a: "b" }, value: 0.25 } }],
          exemplars: [{ labels: { trace_id: "0af7651916cd43dd8448eb211c80319c" }, value: 0.25, ms: 1_600_000_000_123 }],
        },
      },
    ],
  },
  {
    name: "asked_total",
    type: "counter",
    help: "Asked",
    unit: "s",
    metrics: [{ value: 1, createdMs: 1_600_000_000_500 }],
  },
  { name: "took", type: "summary", metrics: [{ summary: { count: 1, sum: 2, quantiles: [[0.5, 1]] } }] },
]);
const floats = protobufPage([
  {
    name: "f",
    type: "gaugehistogram",
    metrics: [{ histogram: { countFloat: 4, sum: 7, schema: 0, positive: { spans: [[1, 2]], counts: [1, 2] } } }],
  },
]);

function readProtobuf(input: Uint8Array): string {
  const scanner = new ProtobufScanner();
  const options = { native: true, classic: true, custom: true };
  scanner.reset(input, input.length, options);
  let [series, natives] = [0, 0];
  for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
    if (kind !== SERIES) continue;
    series++;
    if (scanner.native !== undefined) natives++;
    if (series > input.length) throw new Error("more series than bytes");
  }
  // A scanner that is used again says the same as a new one.
  scanner.reset(input, input.length, options);
  const again = entriesOf(scanner, () => []);
  const fresh = new ProtobufScanner();
  fresh.reset(input, input.length, options);
  expectSame(
    again,
    entriesOf(fresh, () => []),
    "two scanners",
  );
  return `read ${about(series)} ${about(natives)}`;
}

export const parsersOfPages: readonly Parser[] = [
  pages("text", "text", [everything(1), 'a 1\n{"b.c","d e"="f"} 2 3\n# HELP a b\\nc\n']),
  pages("openmetrics", "openmetrics", [everyOpenMetric(1), '# TYPE a counter\na_total 1 2.5 # {b="c"} 1 3\n# EOF\n']),
  {
    name: "protobuf-page",
    words: ["native_seconds", "\x0a\x00", "\x22\x02"],
    seeds: () => [native, floats],
    run: (input) => outcomeOf(() => readProtobuf(input), ParseError),
  },
];
