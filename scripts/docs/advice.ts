/** What the page of errors says beside the messages: the only part of it that is written by hand. */

/** A group of messages. */
export interface Subject {
  readonly title: string;
  /** Cause and remedy of the whole group. */
  readonly about: string;
  /** In packages/core/src/config. */
  readonly files: readonly string[];
}

export const subjects: readonly Subject[] = [
  {
    title: "Where it is read from",
    about: "A `--config` cannot be read, or holds no configuration. Relative paths start at the working directory.",
    files: ["providers.ts", "http-provider.ts", "read.ts", "load.ts", "set.ts"],
  },
  {
    title: "YAML",
    about:
      "The text is no YAML, or says something twice. The place is where the reader could not go on; the slip is there or just before.",
    files: ["yaml.ts", "nest.ts", "merge.ts"],
  },
  {
    title: "References",
    about:
      "A `${...}` cannot be replaced. The value of a variable is never part of a message; a secret cannot leak this way.",
    files: ["expand.ts"],
  },
  {
    title: "Sections, types and ids",
    about:
      "A component is not there, stands in the wrong section, or has an id that cannot be one. `sluice components` lists what there is.",
    files: ["catalog.ts", "components.ts", "ids.ts", "prepare.ts", "body.ts"],
  },
  {
    title: "Keys and values",
    about:
      "A key is not known, or its value is of another kind. The README of each component lists its keys; `sluice schema` gives them to an editor.",
    files: ["check.ts", "pick.ts"],
  },
  {
    title: "Pipelines",
    about: "What stands below `service` does not fit what is configured.",
    files: ["service.ts"],
  },
  {
    title: "Connectors",
    about:
      "A connector ends one pipeline and begins another: it is listed among the exporters of the one and the receivers of the other.",
    files: ["check-graph.ts"],
  },
  {
    title: "Extensions",
    about:
      "An extension that is used must be configured, listed in `service::extensions`, and offer what is wanted of it.",
    files: ["check-extensions.ts"],
  },
  {
    title: "Old forms",
    about: "Mostly warnings: the collector runs. They are errors only when old and new stand side by side.",
    files: ["old-forms.ts", "old-sections.ts"],
  },
  {
    title: "Files and addresses",
    about: "Told by `validate` only: the configuration is sound, but this machine cannot run it as it is.",
    files: ["environment.ts"],
  },
];

/** What to do, by how a message begins, where the message itself does not say. */
export const advice: Readonly<Record<string, string>> = {
  "no such file": "Check the path; a `${file:...}` in a file is relative to the working directory too.",
  "not UTF-8 text": "Save the file as UTF-8.",
  "found too many levels inside each other": "Deeper nesting is a mistake, or hostile.",
  "found a tab": "YAML indents with blanks only.",
  "found the alias": "Define the anchor (`&name`) before it is used.",
  "not valid YAML": "Look at the line above, too: quotes and brackets that were never closed end far away.",
  "found a second YAML document": "Several files are given by several `--config`, which are merged.",
  'cannot expand ...: found "$" inside': "Write `$$` for a dollar sign that is meant as such.",
  "cannot expand ...: it refers to itself": "The circle is named; break it at one place.",
  "found more than ... references inside": "Look for a variable that contains a reference to itself.",
  "unknown ... type": "Another distribution may have it; this one does not.",
  "this distribution has no": "Remove the section, or use a distribution that has such components.",
  'the exporter "logging" was replaced': "Here it could not be translated, since there is no exporter `debug`.",
  "cannot check": "A fault of the component: please report it.",
  "found the key ... again": "Of two keys of one name one would be lost.",
  'found ... "..." again': "Old and present names of a type are one type.",
  'the ... "..." does not handle': "Name it in pipelines of its own signals only.",
  'the ... "..." is not configured': "Add it to its section, or take it out of the pipeline.",
  "pipelines feed each other in a circle": "Data would go round for ever. Take one connector of the circle away.",
  "is ... of no pipeline": "A connector with one side only would lose or never get data.",
  "extensions need each other in a circle": "Neither could start first.",
  "found ..., where ... listens too": "Two servers cannot share an address; `0.0.0.0` takes the port of every address.",
  "cannot read ...: no such file": "Files that a component needs at its start must be there.",
  "found no file ... yet": "A warning: targets may be written later.",
  "empty here, which replaces":
    "A warning: `key:` with nothing behind it is null, and null replaces what an earlier file had.",
};
