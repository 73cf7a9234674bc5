import { expect, test } from "vitest";
import { addNote, stripExecutable } from "./elf.ts";
import { listeningPorts } from "./listening-ports.ts";
import { checkKeys, readArchitectures, readFlag, readText } from "./settings.ts";
import { sourceDate } from "./source-date.ts";

test("ports that others reach are those of addresses at any host", () => {
  const check = (text: string, expected: readonly number[]): void => expect(listeningPorts(text)).toEqual(expected);
  check("receivers: {otlp: {protocols: {http: {endpoint: 0.0.0.0:4318}, grpc: {endpoint: ':4317'}}}}", [4317, 4318]);
  check("exporters: {prometheus: {endpoint: '[::]:8889'}}", [8889]);
  check(
    "service: {telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: 0.0.0.0, port: 8888}}}}]}}}",
    [8888],
  );
  check("a: localhost:13133\nb: http://backend:9090/write\nc: 0.0.0.0:0\nd: 0.0.0.0:99999", []);
  check("a: [", []);
});

test("settings: what is unknown or of another kind is refused", () => {
  expect(() => checkKeys({ tga: 1 }, ["tag"])).toThrow("tga: unknown setting, expected one of tag");
  expect(() => checkKeys({ tag: 1 }, [])).toThrow("tag: unknown setting, expected no settings");
  expect(readText({}, "tag", "1.0")).toBe("1.0");
  expect(() => readText({ tag: 1 }, "tag", "1.0")).toThrow("tag: expected a text");
  expect(readFlag({}, "newest")).toBe(false);
  expect(() => readFlag({ newest: "yes" }, "newest")).toThrow("newest: expected true or false");
  expect(readArchitectures({})).toEqual(["amd64", "arm64"]);
  expect(readArchitectures({ architectures: ["arm64", "amd64", "arm64"] })).toEqual(["amd64", "arm64"]);
  for (const architectures of [[], ["x64"], "amd64"])
    expect(() => readArchitectures({ architectures })).toThrow("architectures: expected a list of amd64 and arm64");
});

test("the time that is written", () => {
  expect(sourceDate("")).toBe(499_162_500);
  expect(sourceDate("1790000000")).toBe(1_790_000_000);
  expect(() => sourceDate("today")).toThrow('SOURCE_DATE_EPOCH: found "today", expected seconds since 1970');
});

test("what is no ELF executable is refused", () => {
  expect(() => stripExecutable(new Uint8Array(100))).toThrow("expected a 64-bit little-endian ELF executable");
  expect(() => addNote(new Uint8Array(10), "x", new Uint8Array())).toThrow("expected a 64-bit");
});
