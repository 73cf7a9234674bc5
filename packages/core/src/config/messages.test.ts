/** Every message of this folder is shown by a file of the corpus, so that somebody has read how it looks. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testdata } from "./corpus.testing.ts";
import { findMessages, isShown, type MessageText } from "./messages.testing.ts";

/** Texts that no file of the corpus can bring up, by how they begin, with what shows them instead. */
const elsewhere: Readonly<Record<string, string>> = {
  "Component check": "the name of a program",
  "Old form of": "a description in a schema",
  "... and ": "load.test.ts: more than a hundred problems",
  "larger than ": "load.test.ts: a file of megabytes",
  "more than ": "expand.test.ts and yaml.test.ts: texts of megabytes",
  "permission denied": "only files of a real disk refuse to be read",
  "no permission": "environment.test.ts: likewise",
  "the environment variable ": "expand.test.ts: information, which is not printed",
  "cannot convert ": "convert.test.ts: converters are a program's own",
  "cannot set ": "set.test.ts: arguments of the command line",
};
/** Its errors come from servers. */
const shownByTests = ["http-provider.ts"];
/** Texts for the documentation. */
const tables = ["old-forms-table.ts"];

const expected = ["bad", "environment"].flatMap((directory) =>
  readdirSync(join(testdata, directory))
    .filter((name) => name.endsWith(".txt"))
    .map((name) => readFileSync(join(testdata, directory, name), "utf8")),
);
const all = expected.join("\n");
const sources = readdirSync(import.meta.dirname).filter(
  (name) => name.endsWith(".ts") && !/\.(?:test|testing)\.ts$/.test(name),
);
const messages = sources
  .filter((name) => !shownByTests.includes(name) && !tables.includes(name))
  .flatMap((name) => findMessages(name, readFileSync(join(import.meta.dirname, name), "utf8")));
const isElsewhere = ({ parts }: MessageText) =>
  Object.keys(elsewhere).some((start) => (parts[0] ?? "").startsWith(start));

test("every message is in the corpus", () => {
  expect(messages.length).toBeGreaterThan(100);
  const missing = messages.filter((message) => !isElsewhere(message) && !isShown(message, all));
  expect(missing.map(({ file, parts }) => `${file}: ${parts.join("...")}`)).toEqual([]);
});

test("every exception is needed", () => {
  const starts = messages.map(({ parts }) => parts[0] ?? "");
  const idle = Object.keys(elsewhere).filter((start) => !starts.some((text) => text.startsWith(start)));
  expect(idle).toEqual([]);
});

test("texts are found in source code", () => {
  const check = (source: string, ...parts: readonly (readonly string[])[]) =>
    expect([source, findMessages("a.ts", source).map((message) => message.parts)]).toEqual([source, parts]);
  check('f("found nothing here")', ["found nothing here"]);
  check("f('it\\'s not there')", ["it's not there"]);
  check(
    "f(`found ${x}, expected ${y ? `one of ${z}` : 'no list'}`)",
    ["one of ", ""],
    ["no list"],
    ["found ", ", expected ", ""],
  );
  check('// "not in comments"\n/* "nor here" */ f("but here it is")', ["but here it is"]);
  check('f(/"no text, a pattern/.test(x), "text it is")', ["text it is"]);
  check('import { a } from "./no-message here.ts"; f("word"); f("BUG: no message")');
  check("f({ a: `${b}` }, `two ${{ c: 1 }.c} words`)", ["two ", " words"]);
});
