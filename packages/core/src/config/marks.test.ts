import { Secret, t } from "@sluice/component";
import { expect, test } from "vitest";
import { newBudget } from "./limits.ts";
import { findMarks } from "./marks.ts";
import { parseYaml } from "./yaml.ts";

const endpoint = t.string({ description: "x", default: "localhost:1", listens: true });
const file = t.string({ description: "x", default: "", file: "required" });
const schema = t.object("Names everything.", {
  endpoint,
  transport: t.string({ description: "x", default: "tcp" }),
  server: t.section("off", t.object("x", { endpoint })),
  files: t.array(t.text({ description: "x", file: "awaited" }), { description: "x", default: [] }),
  by: t.record(t.object("x", { file }), { description: "x", default: {} }),
  auth: t.union([t.extension({ description: "x", capability: "httpClientAuth" }), t.object("x", { file })], {
    description: "x",
  }),
  storage: t.optional(t.extension({ description: "x" })),
  secret: t.optional(t.secret({ description: "x" })),
  raw: t.any({ description: "x" }),
});

function check(config: object, yaml: string, ...expected: readonly string[]) {
  const { node } = parseYaml(yaml, "a.yaml", newBudget());
  const body = { node, path: ["exporters", "x"], place: { source: "a.yaml", line: 0, column: 0 } };
  const marks = findMarks(config, schema.json, body).map(({ kind, detail, value, within, path, place }) => {
    expect(path).toEqual(["exporters", "x", ...within]);
    return `${place.line} ${within.join("::")}: ${kind} ${detail} ${value}`;
  });
  expect([config, marks]).toEqual([config, expected]);
}

test("marks are found wherever schemas have them", () => {
  check(
    {
      endpoint: "/run/x.sock",
      transport: "unix",
      server: { endpoint: ":2" },
      files: ["a", "b"],
      by: { one: { file: "c" }, two: { file: "" } },
      auth: { file: "d" },
      storage: "disk",
    },
    "server:\nfiles: [a,\n b]\nby:\n  one: {file: c}\nauth: {file: d}\nstorage: disk",
    "0 endpoint: listens unix /run/x.sock",
    "1 server::endpoint: listens tcp :2",
    "2 files::0: file awaited a",
    "3 files::1: file awaited b",
    "5 by::one::file: file required c",
    "6 auth::file: file required d",
    "7 storage: extension  disk",
  );
  check({ auth: "signer" }, "auth: signer", "1 auth: extension httpClientAuth signer");
});

test("what is off, secret or passed through names nothing", () => {
  check({ server: undefined, storage: undefined, secret: new Secret("a"), raw: { file: "a", endpoint: "b" } }, "");
  check({ files: [], by: {}, auth: null }, "");
});
