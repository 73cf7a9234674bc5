/** What the figures were taken on, for their readers. */
import { execFileSync } from "node:child_process";
import { cpus, loadavg, release, totalmem } from "node:os";

/** Cores, memory, kernel, Node and how busy it was; nothing that tells which machine it was. */
export function machine(): string {
  const processors = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg().map((value) => value.toFixed(1));
  return (
    `${processors.length} x ${processors[0]?.model ?? "unknown processor"}, ${memory} GiB, Linux ${release()}, ` +
    `Node ${process.version}, load before ${load.join(" ")}`
  );
}

/** What was measured, and when. */
export function checkout(): string {
  const day = new Date().toISOString().slice(0, 10);
  try {
    const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      cwd: import.meta.dirname,
      encoding: "utf8",
    });
    return `${day}, commit ${commit.trim()}`;
  } catch {
    return day;
  }
}
