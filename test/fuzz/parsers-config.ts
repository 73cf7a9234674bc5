import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  ConfigError,
  formatGoDuration,
  formatPrometheusDuration,
  parseGoDuration,
  parsePrometheusDuration,
  parsePrometheusSize,
} from "@sluice/component";
import { ConfigProblems } from "@sluice/core";
import { compileRegex, compileRelabel, parseTemplate } from "@sluice/lib-prometheus";
import { createContext } from "@sluice/testkit";
import { load, world } from "../../packages/core/src/config/fixtures.testing.ts";
import { compileGeneral } from "../../packages/lib-prometheus/src/regex.ts";
import { parseTargetFile } from "../../packages/receiver-prometheus/src/file-discovery.ts";
import { about, expectSame, type Parser, refusal, textOf } from "./parser.ts";

const configs = join(import.meta.dirname, "../../packages/core/testdata/good");

/** The input is a configuration, and a second one that is merged over it stands behind a line of dashes. */
const yaml: Parser = {
  name: "config",
  words: [
    "receivers:\n",
    "exporters: {debug: }\n",
    "service:\n  pipelines:\n",
    "    metrics:\n",
    "<<: *a\n",
    "&a ",
    "*a",
    "!!int ",
    "${A}",
    "${env:HOST}",
    "${file:other.yaml}",
    "${yaml:{a: 1}}",
    "$$",
    "${",
    "}",
    "::",
    "- ",
    "? ",
    "|\n  ",
    ">-\n",
    "'",
    '"',
    "\\x41",
    "~",
    "null",
    "0o17",
    "1e999",
    "__proto__: ",
    "\t",
    "\ufeff",
    "%YAML 1.2\n",
    "---\n",
    "...\n",
    "[",
    "]",
    "{",
    ", ",
    "# ",
    "1m30s",
  ],
  seeds: () =>
    readdirSync(configs)
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => Uint8Array.from(readFileSync(join(configs, name)))),
  async run(input) {
    const [first = "", ...rest] = textOf(input).split("\n-----\n");
    const other = rest.join("\n");
    const variables = { A: "${B}", B: "[1, ${C}]", C: "$${A}", HOST: "h" };
    const files = { "config.yaml": first, "other.yaml": other };
    const uris = ["config.yaml", ...(rest.length > 0 ? ["other.yaml"] : [])];
    const outcome = await load(uris, world(files, variables)).then(
      ({ receivers, exporters, warnings }) =>
        `read ${[receivers.size, exporters.size, warnings.length].map(about).join()}`,
      (error: unknown) => {
        if (!(error instanceof ConfigProblems)) throw error;
        if (error.problems.length === 0) throw new Error("refused without a problem");
        return `${refusal(new Error(error.problems[0]!.message))} ${about(error.problems.length)}`;
      },
    );
    if (Object.keys(Object.prototype).length > 0) throw new Error("something leaked into prototypes");
    return outcome;
  },
};

const { decode } = createContext();
const targets = (kind: "json" | "yml"): Parser => ({
  name: `file-sd-${kind}`,
  words: [
    "targets",
    "labels",
    '["',
    '"]',
    "{",
    "}",
    ":",
    "- ",
    "null",
    "\n",
    "__proto__",
    "&a ",
    "*a",
    "\\u0000",
    "1e5",
    "[[[[",
  ],
  seeds: () => [
    '[{"targets": ["a:80", "b:80"], "labels": {"env": "x"}}, {"targets": []}]',
    "- targets: [a:80]\n  labels:\n    env: x\n",
  ],
  async run(input) {
    const read = async (name: string) =>
      await parseTargetFile(name, textOf(input), decode).then(
        (groups) => groups.map(({ targets, labels }) => ({ targets, labels })),
        (error: unknown) => {
          if (error instanceof SyntaxError) return "refused: syntax";
          if (error instanceof ConfigError) return refusal(error);
          if (error instanceof Error && !(error instanceof TypeError || error instanceof RangeError))
            return refusal(error);
          throw error;
        },
      );
    const groups = await read(`a.${kind}`);
    return typeof groups === "string" ? groups : `read ${about(groups.length)}`;
  },
});

/** A thousand groups are no pattern of a person, and the time of a match is that of the pattern times the text times its groups. */
const maxPattern = 1 << 10;
const maxSubject = 300;
const subjects = [
  "",
  "a",
  "ab",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
  "foo.bar:9090",
  "line\nbreak",
  "ÄÖ",
  "🌍",
  "\ud800",
  "x".repeat(300),
];

/** The fast ways to match say what the automaton says. The input is a pattern, and behind a line's end what it is matched with. */
const regex: Parser = {
  name: "regex",
  words: [
    "(",
    ")",
    "|",
    "*",
    "+?",
    "{2,5}",
    "{1000}",
    "[^",
    "]",
    "[[:alpha:]]",
    "\\d",
    "\\pL",
    "\\b",
    "(?i)",
    "(?P<n>",
    ".*",
    "^",
    "$",
    "\\x{10ffff}",
    "\\Q",
    "\\E",
    "a{0}",
    "(?:",
    "-",
  ],
  seeds: () => [
    "(.*):(.*)\nhost:80",
    "foo|ba[rz]+|(?i:x)\nbaz",
    "(a+)+b\naaaaaaaa",
    "[^;]+;(?P<name>\\d{1,3})\nx;12",
    "\\bfoo\\b\nfoo",
  ],
  run(input) {
    const [pattern = "", ...rest] = textOf(input.subarray(0, maxPattern)).split("\n");
    const all = [...subjects, rest.join("\n"), pattern].map((subject) => subject.slice(0, maxSubject));
    const [matcher, general] = [attempt(() => compileRegex(pattern)), attempt(() => compileGeneral(pattern))];
    if (typeof matcher === "string" || typeof general === "string") {
      if (matcher !== general) throw new Error("one of two refuses the pattern, or for another reason");
      return matcher;
    }
    const template = parseTemplate("$1-${name}-$0");
    let matched = 0;
    for (const subject of all) {
      const groups = general.exec(subject) as readonly (string | undefined)[] | null;
      expectSame(matcher.matches(subject), groups !== null, `matching ${JSON.stringify(subject)}`);
      const own = matcher.exec(subject)?.groups;
      expectSame(
        own === undefined ? null : [...own].map((group) => group ?? null),
        groups === null ? null : [...groups].map((group) => group ?? null),
        `groups of ${JSON.stringify(subject)}`,
      );
      matcher.replaceAll(subject, template);
      if (groups !== null) matched++;
    }
    const rule = {
      source_labels: ["a", "b"],
      separator: ";",
      regex: pattern,
      target_label: "t",
      replacement: "$1",
      modulus: 0,
    };
    const relabel = compileRelabel([{ ...rule, action: "replace" } as never, { ...rule, action: "labelmap" } as never]);
    relabel(
      new Map([
        ["a", rest.join("\n")],
        ["b", "c"],
      ]) as never,
    );
    return `matches ${matched} ${matcher.exec(pattern.slice(0, maxSubject)) === undefined ? "" : "itself"}`;
  },
};

function attempt<T>(compile: () => T): T | string {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("error parsing regexp")) throw error;
    return `refused: ${error.message.replace(/`.*/s, "")}`;
  }
}

/** What was read is written so that it reads the same again. */
const units: Parser = {
  name: "durations-and-sizes",
  words: [
    "1h",
    "30m",
    "5s",
    "10ms",
    "1d",
    "2w",
    "1y",
    "0",
    "-",
    "+",
    ".",
    "µs",
    "ns",
    "KB",
    "KiB",
    "MiB",
    "EiB",
    "9223372036854775807",
    "1e5",
    " ",
  ],
  seeds: () => ["1h30m", "90s", "1.5h", "10MB", "1GiB512MiB", "1y2w3d4h5m6s7ms", "-1.5µs"],
  run(input) {
    const text = textOf(input);
    const [go, own, size] = [parseGoDuration(text), parsePrometheusDuration(text), parsePrometheusSize(text)];
    if (own !== undefined) expectSame(parsePrometheusDuration(formatPrometheusDuration(own)), own, "a duration");
    if (go !== undefined && Number.isSafeInteger(go) && Math.abs(go) < 2 ** 43) {
      expectSame(parseGoDuration(formatGoDuration(go)), go, "a Go duration");
    }
    for (const value of [own, size]) if (value !== undefined && !(value >= 0)) throw new Error(`below zero: ${value}`);
    const kind = (value: number | undefined): string => (value === undefined ? "-" : value === 0 ? "zero" : "some");
    return [go, own, size].map(kind).join(" ");
  },
};

export const parsersOfConfig: readonly Parser[] = [yaml, targets("json"), targets("yml"), regex, units];
