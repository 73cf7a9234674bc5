import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../../scripts/packages.ts";
import { anchorOf, parseMarkdown, tableAfter } from "./markdown.ts";
import { documents, read } from "./tree.ts";

function linkProblem(file: string, link: string): string | undefined {
  if (/^https?:\/\//.test(link)) return URL.canParse(link) ? undefined : "is no URL";
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? file : normalize(join(dirname(file), path));
  if (path.startsWith("/") || target.startsWith("..")) return "leads out of the repository";
  if (!existsSync(join(root, target))) return "leads nowhere";
  if (anchor === undefined) return undefined;
  return parseMarkdown(read(target)).headings.some((heading) => anchorOf(heading) === anchor)
    ? undefined
    : "names no heading";
}

test.each(documents)("the links of %s lead somewhere", (file) => {
  const problems = parseMarkdown(read(file)).links.flatMap((link) => {
    const problem = linkProblem(file, link);
    return problem === undefined ? [] : [`${link} ${problem}`];
  });
  expect(problems).toEqual([]);
});

describe("ARCHITECTURE.md", () => {
  const text = read("ARCHITECTURE.md");
  test("names what is there", () => {
    const paths = [...text.matchAll(/`((?:packages|distributions|builder|scripts|test)\/[^`*]*)`/g)].map(
      ([, path = ""]) => path,
    );
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
  test("stays short", () => expect(text.split("\n").length).toBeLessThanOrEqual(145));

  const walk = tableAfter(text, "The walk of a batch");
  test("walks a batch through at most nine files", () => {
    expect(walk.length).toBeGreaterThan(5);
    expect(walk.length).toBeLessThanOrEqual(9);
  });
  test.each(walk)("shows what is in %s %s", (_number, where, _what, lookFor) => {
    const [file = ""] = parseMarkdown(where ?? "").links;
    const [, words = ""] = /^`(.*)`$/.exec(lookFor ?? "") ?? [];
    expect(read(file)).toContain(words === "" ? undefined : words.replaceAll("\\|", "|"));
  });
});
