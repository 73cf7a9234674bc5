import { maxDocumentBytes } from "../config/limits.ts";
import { decodeText, reason } from "../config/providers.ts";
import { type Command, type CommandIo, UsageError } from "./command.ts";
import { convertSource, type Dialect, detect, formatNote } from "./convert/assemble.ts";
import { readSource } from "./convert/source.ts";

/** Prints a collector's configuration made of one of Prometheus or vmagent. */
export const convert: Command = {
  name: "convert",
  summary: "Make a configuration of one of Prometheus or vmagent",
  usage: "<file> [<flags>]",
  details: `Prints the configuration, the file's jobs and comments in it as they were written, and "$" doubled where it would be taken
for a reference. What cannot be carried over is told on stderr and stands at the top as a comment.`,
  flags: [
    { name: "from", value: "<program>", choices: ["auto", "prometheus", "vmagent"], summary: "Whose file it is." },
    {
      name: "remote-write-url",
      value: "<url>",
      repeatable: true,
      summary: "Where to write, too. vmagent has it on its command line.",
    },
    { name: "strict", summary: "Print nothing, and end with 1, when something cannot be carried over." },
  ],
  examples: [
    "convert prometheus.yml",
    "convert --from vmagent --remote-write-url http://backend/api/v1/write scrape.yml",
  ],
  operands: { atMost: 1 },

  async run(io, args) {
    const [file] = args.operands;
    if (file === undefined) throw new UsageError("found no file, expected one of Prometheus or vmagent");
    const from = args.last("from");
    const source = readSource(file, await readFile(io, file), from !== "prometheus");
    const dialect = from === "auto" ? detect(source) : (from as Dialect);
    const { yaml, notes } = convertSource(source, dialect, io.build.command, args.all("remote-write-url"));
    for (const note of notes) io.complain(`${formatNote(note)}\n`);
    if (args.isOn("strict") && notes.length > 0) return 1;
    io.print(yaml);
    return 0;
  },
};

async function readFile({ env: { files } }: CommandIo, file: string): Promise<string> {
  try {
    return decodeText(await files.read(file, maxDocumentBytes));
  } catch (error) {
    throw new Error(`cannot read "${file}": ${reason(error)}`);
  }
}
