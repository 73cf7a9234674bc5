const first = "Go reads the first document and silently leaves the rest out: a configuration would lose sections";
const nothing = 'a key that is nothing becomes "<nil>" in Go, which no component means';
const rest = "Go silently leaves out what follows the first value";
const blank = "blank space and marks without content are no mistake";
const escapes = "YAML 1.2 and JSON have this escape";
const control = "not ASCII, but harmless, and YAML 1.2 allows it";
const directive = "YAML 1.2 says to read on";
const tab = "the tab indents nothing, so it cannot be misread";

/** Texts that we read differently from go-yaml, and why. Dates, which are text to us, are treated as a whole. */
export const goYamlDifferences: readonly (readonly [text: string, reason: string])[] = [
  ["a: 1\n---\nb: 2", first],
  ["a: 1\n...\nb: 2", first],
  ["---\n---\n", first],
  ["a\n---\nb", first],
  ["a: 1\n--- b", first],
  ["?", nothing],
  ["~: a", nothing],
  ["null: a", nothing],
  ["1: a\n0x1: b", "the same key twice; Go takes one of them at random"],
  ["2020-01-01: a", "a date is text, in keys as in values"],
  ['"a" b', rest],
  ["a # c\nb", rest],
  [" a: 1\nb: 2", rest],
  ["[]a", rest],
  ["{}a", rest],
  ["[] []", rest],
  ['"a":b', rest],
  ["'a':b", rest],
  ["a: [1,\n2]", "YAML asks for lines indented more than the key, and so does our parser"],
  ["...", blank],
  ["...\n", blank],
  ["\t", blank],
  ["\t\n", blank],
  ["a: b\n\t", blank],
  ["a: 1\n\t\nb: 2", blank],
  ['"\\/"', escapes],
  ['"\\ud83d\\ude00"', escapes],
  ["a: \u0085b", control],
  ["a: \u2028b", control],
  ["a: x\u0085y", control],
  ["a: \ufffe", control],
  ["%YAML 1.2\n---\na: yes", directive],
  ["%YAML 2.0\n---\na: 1", directive],
  ["%FOO bar\n---\na: 1", directive],
  ["|\n\ta", tab],
  ["-\ta", tab],
  ["{a\n: 1}", "YAML allows a line's end between key and colon in { }"],
  ["!!float 18446744073709551615", "a whole number is a number too, however large"],
  ["!!timestamp x", "a date is text, whatever its tag"],
];
