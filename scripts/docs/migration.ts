import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { code, table } from "../markdown.ts";
import { root } from "../packages.ts";
import { sluice } from "./sluice.ts";

const folder = "docs/migrate/adot-examples";

/** What `validate` says of one configuration in the shape of AWS's. */
export interface Verdict {
  readonly file: string;
  /** Its first comment. */
  readonly about: string;
  readonly valid: boolean;
  /** Errors and warnings: place in the configuration and message. */
  readonly problems: readonly Problem[];
}
interface Problem {
  readonly severity: "error" | "warning";
  readonly path: string;
  readonly message: string;
}

/** Asks `validate` about each example; `# env NAME=value` lines of a file set its variables. */
export async function verdicts(): Promise<readonly Verdict[]> {
  return Promise.all(
    readdirSync(join(root, folder))
      .toSorted()
      .map(async (file) => {
        const text = readFileSync(join(root, folder, file), "utf8");
        const variables = Object.fromEntries([...text.matchAll(/^# env (\w+)=(.*)$/gm)].map(([, k, v]) => [k, v]));
        const args = ["validate", "--config", file, "--format", "json"];
        const { stdout } = await sluice(args, { files: { [file]: text }, variables });
        const { valid, problems } = JSON.parse(stdout) as Pick<Verdict, "valid" | "problems">;
        return { file, about: /^# (.*)$/m.exec(text)?.[1] ?? "", valid, problems };
      }),
  );
}

/** Each example with what is missing for it: the errors by their place. Links are from docs/migrate. */
export async function exampleTable(): Promise<string> {
  const rows = (await verdicts()).map(({ file, about, problems }) => {
    const missing = problems.filter(({ severity }) => severity === "error").map(missingIn);
    const link = `[${file.replace(".yaml", "")}](adot-examples/${file})`;
    return [link, about, missing.length === 0 ? "nothing" : [...new Set(missing)].join(", ")];
  });
  return table(["Configuration", "What it does", "Missing"], rows);
}

/** `exporters::awsemf: unknown exporter type ...` is the exporter `awsemf`. */
function missingIn({ path, message }: Problem): string {
  const [, kind, type] = /^unknown (\w+) type "([^"]+)"/.exec(message) ?? [];
  if (kind !== undefined && type !== undefined) return `${kind} ${code(type)}`;
  const [, section] = /^this distribution has no (\w+)/.exec(message) ?? [];
  if (section !== undefined) return section;
  return code(path.split("::").at(-1) ?? "");
}
