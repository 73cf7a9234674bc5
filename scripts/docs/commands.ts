import { build } from "../../distributions/core/main.ts";
import { describeCommand } from "../../packages/core/src/cli/help.ts";
import { start } from "../../packages/core/src/cli/start.ts";
import { commands } from "../../packages/core/src/cli/table.ts";

/** The help text of every command, as the program prints it. */
export async function commandTexts(): Promise<string> {
  const loaded = [start, ...(await Promise.all(commands.map((listed) => listed.load())))];
  const texts = loaded.map(async (command) => {
    const title = command.name === "" ? "Running it" : command.name;
    return `### ${title}\n\n\`\`\`text\n${await describeCommand(build, command)}\`\`\``;
  });
  return (await Promise.all(texts)).join("\n\n");
}

/** The arguments of every example that a command's help shows. */
export async function commandExamples(): Promise<readonly string[]> {
  const loaded = [start, ...(await Promise.all(commands.map((listed) => listed.load())))];
  return loaded.flatMap(({ examples = [] }) => examples);
}
