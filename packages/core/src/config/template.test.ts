// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a configuration look like this.
import { expect, test } from "vitest";
import { type Part, parseTemplate } from "./template.ts";

/** A reference as its parts in a list. */
type Shape = string | readonly Shape[];
const shape = (part: Part): Shape => (typeof part === "string" ? part : part.parts.map(shape));

test("a scalar is cut at its references", () => {
  const check = (input: string, ...expected: readonly Shape[]) =>
    expect([input, parseTemplate(input).map(shape)]).toEqual([input, expected]);
  check("", "");
  check("plain", "plain");
  check("}{", "}{");
  check("$", "$");
  check("$X", "$X");
  check("a$", "a$");
  check("$$", "$");
  check("$$$", "$$");
  check("$$$$", "$$");
  check("$$X", "$X");
  check("$$$$X", "$$X");
  check("${X}", ["X"]);
  check("${}", [""]);
  check("a${X}b", "a", ["X"], "b");
  check("${X}${Y}", ["X"], ["Y"]);
  check("$${X}", "${X}");
  check("$$${X}", "$", ["X"]);
  check("$$$${X}", "$${X}");
  check("$$$$${X}", "$$", ["X"]);
  check("${a:${b}}", ["a:", ["b"]]);
  check("${${${a}}}", [[["a"]]]);
  check("${a:-{}}", ["a:-{"], "}");
  check("${a", "${a");
  check("${a ${b}", "${a ", ["b"]);
  check("${${a", "${${a");
  check("${a $$ b", "${a $ b");
  check("$${a} ${b}", "${a} ", ["b"]);
  check("$${1}://${2}${3}", "${1}://", ["2"], ["3"]);
  check("$${a:${b}}", "${a:", ["b"], "}");
  check("$${a:$${b}}", "${a:${b}}");
  check("${a:$${b}}", ["a:${b"], "}");
  check("a}$${b}{", "a}${b}{");
  check("\n${a\nb}", "\n", ["a\nb"]);
});
