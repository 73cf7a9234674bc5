import { commands as added } from "../../distributions/core/main.ts";
import { sluice } from "./sluice.ts";

/** The help text of every command of the core distribution, as the program prints it. */
export async function commandTexts(): Promise<string> {
  const texts = (await helpTexts()).map(([name, text]) => {
    return `### ${name === "" ? "Running it" : name}\n\n\`\`\`text\n${text}\`\`\``;
  });
  return texts.join("\n\n");
}

/** Every example that a help text shows, without the program's name; but for commands that want servers to talk to. */
export async function commandExamples(): Promise<readonly string[]> {
  const texts = (await helpTexts()).filter(([name]) => !added.some((command) => command.name === name));
  const lines = texts.flatMap(([, text]) => blockOf(text, "Examples"));
  return lines.map((line) => line.replace(/^sluice /, ""));
}

/** By the name of the command; "" is the program itself. */
async function helpTexts(): Promise<readonly (readonly [string, string])[]> {
  const { stdout } = await sluice(["--help"]);
  const names = blockOf(stdout, "Commands").map((line) => line.split(" ")[0] ?? "");
  const others = names.map(async (name) => [name, (await sluice(["help", name])).stdout] as const);
  return [["", stdout], ...(await Promise.all(others))];
}

/** The indented lines below a heading of a help text, trimmed. */
function blockOf(text: string, heading: string): readonly string[] {
  const [, block = ""] = new RegExp(`^${heading}:\\n((?: {2}.*\\n)+)`, "m").exec(text) ?? [];
  return block
    .trimEnd()
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
