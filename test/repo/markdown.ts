/** What a Markdown file consists of, as far as the tests of documents look at it. */
export interface Document {
  readonly headings: readonly string[];
  readonly links: readonly string[];
  readonly blocks: readonly Block[];
  /** Everything but the blocks. */
  readonly prose: string;
}

/** A fenced block of code. */
export interface Block {
  readonly language: string;
  /** What stands behind the language: "file=config.yaml". */
  readonly words: readonly string[];
  readonly text: string;
}

export function parseMarkdown(text: string): Document {
  const blocks: Block[] = [];
  // Blocks may stand in lists, and are indented then.
  const fenced = /^( *)```(\S*)([^\n]*)\n(.*?)^\1```$/gms;
  const prose = text.replaceAll(fenced, (_, indent: string, language: string, info: string, body: string) => {
    const words = info.split(" ").filter((word) => word !== "");
    blocks.push({ language, words, text: body.replaceAll(new RegExp(`^${indent}`, "gm"), "") });
    return "";
  });
  const plain = prose.replaceAll(/`[^`\n]*`/g, (inline) => "x".repeat(inline.length));
  const links = [...plain.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)].map(([, a, b]) => a ?? b ?? "");
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
  return { headings, links, blocks, prose };
}

/** The name a heading can be linked by. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** The rows of the table that follows a heading, without its header: cells as written. */
export function tableAfter(text: string, heading: string): string[][] {
  const from = text.indexOf(`\n## ${heading}\n`);
  if (from < 0) throw new Error(`no heading "${heading}"`);
  const [, body = ""] = /^((?:\|.*\n)+)/m.exec(text.slice(from)) ?? [];
  const lines = body.trimEnd().split("\n").slice(2);
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
