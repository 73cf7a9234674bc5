import { expect, test } from "vitest";
import { findName, parseArgs } from "./args.ts";
import { type Flag, UsageError } from "./command.ts";

const flags: readonly Flag[] = [
  { name: "config", value: "<where>", repeatable: true, file: true, summary: "" },
  { name: "gates", value: "<ids>", mayBeEmpty: true, summary: "" },
  { name: "format", value: "<format>", choices: ["yaml", "json"], summary: "" },
  { name: "checks", on: true, summary: "" },
  { name: "watch", short: "w", summary: "" },
];
const parse = (line: string) => parseArgs(line.split(" "), { flags, operands: { atMost: 1 } });

test("a flag's values, in order, with = or a blank, with one dash or two", () => {
  const check = (line: string, expected: readonly string[]) =>
    expect([line, parse(line).all("config")]).toEqual([line, expected]);
  check("--config a --config=b", ["a", "b"]);
  check("-config a -config=b", ["a", "b"]);
  check("--config=a=b", ["a=b"]);
  check("--config --watch", ["--watch"]);
  check("--config -", ["-"]);
  check("--watch", []);
});

test("the last value counts, and the first choice is the default", () => {
  expect(parse("--gates a --gates b").last("gates")).toBe("b");
  expect(parse("--gates=").last("gates")).toBe("");
  expect(parse("--watch").last("gates")).toBeUndefined();
  expect(parse("--watch").last("format")).toBe("yaml");
  expect(parse("--format json").last("format")).toBe("json");
});

test("on and off", () => {
  const check = (line: string, flag: string, on: boolean) => expect([line, parse(line).isOn(flag)]).toEqual([line, on]);
  check("x", "watch", false);
  check("-w", "watch", true);
  check("--watch=1", "watch", true);
  check("--watch --watch=false", "watch", false);
  check("x", "checks", true);
  check("--checks=0", "checks", false);
  check("-h", "help", true);
});

test("operands", () => {
  const check = (line: string, expected: readonly string[]) => expect(parse(line).operands).toEqual(expected);
  check("a --watch", ["a"]);
  check("--watch a", ["a"]);
  check("-", ["-"]);
  check("-- --config", ["--config"]);
});

test("mistakes", () => {
  const check = (line: string, message: string) => expect(() => parse(line)).toThrowError(new UsageError(message));
  check("--w", 'unknown flag "--w"');
  check("--h", 'unknown flag "--h"');
  check("--wacth", 'unknown flag "--wacth"; did you mean "--watch"?');
  check("--gates", "--gates needs a value, for example --gates <ids>");
  check("--config=", "--config needs a value, for example --config config.yaml");
  check("--format", "--format needs a value, for example --format yaml");
  check("--format xml", 'found --format "xml"; expected yaml or json');
  check("--watch=2", '--watch is either on or off, found "2", expected true or false');
  check("a b", 'unexpected argument "b"');
  check("a -- b", 'unexpected argument "b"');
});

test("the command's name may stand behind flags", () => {
  const check = (line: string, expected: number) =>
    expect([line, findName(line.split(" "), flags)]).toEqual([line, expected]);
  check("validate --config a", 0);
  check("--config a validate", 2);
  check("--config=a -w validate", 2);
  check("-config a validate", 2);
  check("--config validate", -1);
  check("-- validate", -1);
});
