import { spawn } from "node:child_process";

export interface RunOptions {
  readonly cwd: string;
  /** Over the variables of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Given what the command prints, as it prints it. */
  readonly output?: ((text: string) => void) | undefined;
}
/** What came of a command. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  /** Both streams, as they came. */
  readonly text: string;
}

/** Runs a command to its end. Rejects only when it cannot be started. */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  const { cwd, env, output } = options;
  const ended = Promise.withResolvers<number | null>();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // There npm is a script.
    shell: process.platform === "win32",
  });
  const all: string[] = [];
  const stdout: string[] = [];
  const take = (text: string): void => {
    all.push(text);
    output?.(text);
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout.push(text);
    take(text);
  });
  child.stderr.setEncoding("utf8").on("data", take);
  child.on("error", (cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "it is not in PATH" : cause.message;
    ended.reject(new Error(`cannot run "${command}": ${why}`, { cause }));
  });
  child.on("close", ended.resolve);
  const code = await ended.promise;
  return { code, text: all.join(""), stdout: stdout.join("") };
}
