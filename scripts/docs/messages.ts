import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findMessages, isShown, type MessageText } from "../../packages/core/src/config/messages.testing.ts";
import { code } from "../markdown.ts";
import { root } from "../packages.ts";
import { advice, subjects } from "./advice.ts";

/** One line of what is said about a broken configuration, and what caused it. */
interface Example {
  /** Without its place and path. */
  readonly message: string;
  /** The line it points at; empty when that is in no file of the corpus. */
  readonly written: string;
}

const core = join(root, "packages/core");
/** Texts of these are no messages of `validate`, or no whole ones. */
const elsewhere = ["old-forms-table.ts", "problems.ts", "suggest.ts", "check-component.ts", "convert.ts", "limits.ts"];

/** Every message about a configuration, by subject, with its example from the corpus of broken ones. */
export function messageLists(): string {
  const examples = readExamples();
  const shown = new Set<string>();
  return subjects
    .map(({ title, about, files }) => {
      const lines = files.flatMap((file) => messagesOf(file)).flatMap((message) => describe(message, examples, shown));
      return `### ${title}\n\n${about}\n\n${lines.join("\n")}`;
    })
    .join("\n\n");
}

/** Source files with messages that belong to no subject. */
export function filesWithoutSubject(): readonly string[] {
  const known = new Set([...elsewhere, ...subjects.flatMap(({ files }) => files)]);
  return sources().filter((file) => !known.has(file) && messagesOf(file).length > 0);
}

/** Beginnings in `advice` that no message has. */
export function idleAdvice(): readonly string[] {
  const texts = sources().flatMap(messagesOf).map(textOf);
  return Object.keys(advice).filter((start) => !texts.some((text) => text.startsWith(start)));
}

function sources(): readonly string[] {
  const names = readdirSync(join(core, "src/config"));
  return names.filter((name) => name.endsWith(".ts") && !/\.(?:test|testing)\.ts$/.test(name));
}

function messagesOf(file: string): readonly MessageText[] {
  return findMessages(file, readFileSync(join(core, "src/config", file), "utf8"));
}

const textOf = ({ parts }: MessageText): string => parts.join("...");

/** A list item with the shortest example of a message; nothing when that was shown, or is a part of others only. */
function describe(message: MessageText, examples: readonly Example[], shown: Set<string>): readonly string[] {
  const [example] = examples.filter((one) => isShown(message, one.message));
  if (example === undefined || shown.has(example.message)) return [];
  shown.add(example.message);
  const [, todo] = Object.entries(advice).find(([start]) => textOf(message).startsWith(start)) ?? [];
  const cause = example.written === "" ? undefined : `written: ${quoted(example.written)}`;
  const below = [cause, todo].filter((text) => text !== undefined).join(". ");
  return [`- ${quoted(example.message)}${below === "" ? "" : `\\\n  ${below}`}`];
}

/** Code that may hold backticks. */
function quoted(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : code(text);
}

/** Every line of the corpus, the shortest first. */
function readExamples(): readonly Example[] {
  const found = ["bad", "environment"].flatMap((name) => {
    const folder = join(core, "testdata", name);
    return readdirSync(folder)
      .filter((file) => file.endsWith(".txt"))
      .flatMap((file) => examplesIn(join(folder, file)));
  });
  return found.toSorted((a, b) => a.message.length - b.message.length || (a.message < b.message ? -1 : 1));
}

function examplesIn(path: string): readonly Example[] {
  const config = readFileSync(path.replace(/txt$/, "yaml"), "utf8").split("\n");
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.flatMap((line) => {
    const [, source, row, said = ""] = /^(.+?):(\d+):\d+: (.*)$/.exec(line) ?? [];
    if (source === undefined) return [];
    const message = said.replace(/^(?:warning: )?(?:"[^"]*"|[\w/-]+)(?:::(?:"[^"]*"|[^\s:]+))*: /, "");
    const written = source === "config.yaml" ? (config[Number(row) - 1] ?? "").trim() : "";
    const isShort = written.length <= 100 && /^[\x20-\x7e]*$/.test(written);
    return [{ message, written: isShort ? written : "" }];
  });
}
