import type { Flag } from "./command.ts";

/** What a shell must know of a command. The first is the one without a name. */
export interface ShellCommand {
  /** Its name, then its aliases. */
  readonly names: readonly string[];
  readonly summary: string;
  readonly flags: readonly Flag[];
  /** Operands to offer. */
  readonly values: readonly string[];
}
type Commands = readonly ShellCommand[];

/** For bash 4 and later; needs no other package. Bash cuts words at "=", so that a flag's value may stand two words behind it. */
export function bashScript(program: string, commands: Commands): string {
  const [root, ...named] = commands as [ShellCommand, ...ShellCommand[]];
  const valued = new Set(commands.flatMap(({ flags }) => flags.filter(takesValue).map(({ name }) => `--${name}`)));
  const words = ({ flags, values }: ShellCommand) => [...values, ...flags.map(({ name }) => `--${name}`)].join(" ");
  const names = named.flatMap((command) => command.names);
  const choices = commands.flatMap(({ names: [first, ...aliases], flags }) =>
    flags.flatMap(({ name, choices }) =>
      choices === undefined
        ? []
        : [
            `    ${[first, ...aliases].map((word) => `"${word} --${name}"`).join("|")}) words="${choices.join(" ")}" ;;`,
          ],
    ),
  );
  const files = new Set(commands.flatMap(({ flags }) => flags.filter(({ file }) => file)).map(({ name }) => name));
  return `# Completion for ${program}: source this file.
_${program}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" at flag="" command="" words=""
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    flag=""
    case "\${COMP_WORDS[at]}" in
      ${[...valued].join("|")})
        flag="\${COMP_WORDS[at]}"
        [[ "\${COMP_WORDS[at + 1]}" == "=" ]] && ((at++))
        ((at++)) ;;
      =) flag="="; ((at++)) ;;
      -*) ;;
      *) command="\${command:-\${COMP_WORDS[at]}}" ;;
    esac
  done
  # Only if its value is the word that is being completed.
  ((at > COMP_CWORD)) || flag=""
  [[ "$current" == "=" ]] && current=""
  case "$flag" in
    ${[...files].map((name) => `--${name}`).join("|")})
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
  esac
  case "$command $flag" in
${choices.join("\n")}
    *" "?*) ;;
    " ") words="${[...names, words(root)].join(" ")}" ;;
${named.map((command) => `    ${command.names.map((name) => `"${name} "`).join("|")}) words="${words(command)}" ;;`).join("\n")}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _${program} ${program}
`;
}

/** For zsh. */
export function zshScript(program: string, commands: Commands): string {
  const [root, ...named] = commands as [ShellCommand, ...ShellCommand[]];
  const flags = (command: ShellCommand) => command.flags.flatMap(zshFlag).map((spec) => `        ${spec}`);
  const cases = named.map((command) => {
    const values = command.values.length === 0 ? [] : [`        ${quote(`1:value:(${command.values.join(" ")})`)}`];
    return `    ${command.names.join("|")})
      _arguments \\
${[...flags(command), ...values].join(" \\\n")} ;;`;
  });
  const listed = named.flatMap(({ names, summary }) => names.map((name) => `    ${quote(`${name}:${summary}`)}`));
  return `#compdef ${program}
# Completion for ${program}: put this file on $fpath as _${program}.
_${program}() {
  local context state line
  typeset -A opt_args
  local -a commands
  commands=(
${listed.join("\n")}
  )
  _arguments -C \\
${flags(root).join(" \\\n")} \\
        '1: :->command' \\
        '*:: :->rest'
  case "$state" in
    command) _describe command commands; return ;;
    rest) ;;
    *) return ;;
  esac
  case "$line[1]" in
${cases.join("\n")}
  esac
}
_${program} "$@"
`;
}

function zshFlag({ name, short, value, choices, file, repeatable, summary }: Flag): readonly string[] {
  const text = summary.replaceAll(/[[\]:\\]/g, "\\$&");
  const action = choices !== undefined ? `(${choices.join(" ")})` : file ? "_files" : "";
  const rest = `[${text}]${value === undefined ? "" : `:${value.replaceAll(/[<>]/g, "")}:${action}`}`;
  const many = repeatable ? "*" : "";
  const long = quote(`${many}--${name}${value === undefined ? "" : "="}${rest}`);
  return short === undefined ? [long] : [long, quote(`${many}-${short}${rest}`)];
}

/** For fish. */
export function fishScript(program: string, commands: Commands): string {
  const [root, ...named] = commands as [ShellCommand, ...ShellCommand[]];
  const line = (condition: string, rest: readonly string[]) =>
    ["complete", "-c", program, "-n", fishQuote(condition), ...rest].join(" ");
  const lines = [`complete -c ${program} -f`];
  for (const { names, summary } of named) {
    for (const name of names) lines.push(line("__fish_use_subcommand", ["-a", name, "-d", fishQuote(summary)]));
  }
  for (const command of [root, ...named]) {
    const isRoot = command === root;
    const condition = isRoot ? "__fish_use_subcommand" : `__fish_seen_subcommand_from ${command.names.join(" ")}`;
    for (const flag of command.flags) lines.push(line(condition, fishFlag(flag)));
    if (command.values.length > 0) lines.push(line(condition, ["-a", fishQuote(command.values.join(" "))]));
  }
  return `# Completion for ${program}: put this file into ~/.config/fish/completions.\n${lines.join("\n")}\n`;
}

function fishFlag({ name, short, value, choices, file, summary }: Flag): readonly string[] {
  const written = ["-l", name, ...(short === undefined ? [] : ["-s", short])];
  const offered = choices === undefined ? [] : ["-a", fishQuote(choices.join(" "))];
  const takes = value === undefined ? [] : file ? ["-r", "-F"] : ["-x", ...offered];
  return [...written, ...takes, "-d", fishQuote(summary)];
}

function takesValue({ value }: Flag): boolean {
  return value !== undefined;
}
function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
function fishQuote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
