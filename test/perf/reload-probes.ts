/** Asks HTTP listeners all the time, over one connection that stays and over new ones, and counts what goes wrong. */
import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What became of the requests to one port. */
export interface Probe {
  readonly name: string;
  readonly port: number;
  answered: number;
  refused: number;
  /** Connections that ended without an answer, and answers that ended early. */
  cut: number;
  /** Answers other than 200. */
  bad: number;
  /** The first few, for messages. */
  readonly examples: string[];
}
/** What is asked for, and how many milliseconds after the answer before. */
export interface Asked {
  readonly port: number;
  readonly path: string;
  readonly everyMs: number;
  /** Looks at each answer. */
  readonly read?: (body: string) => void;
}
export interface Probes {
  readonly probes: readonly Probe[];
  stop(): Promise<void>;
}

export function startProbes(ports: Readonly<Record<string, Asked>>): Probes {
  const state = { stopped: false };
  const probes = Object.entries(ports).map(([name, { port }]) => ({
    name,
    port,
    answered: 0,
    refused: 0,
    cut: 0,
    bad: 0,
    examples: [] as string[],
  }));
  const clients = Object.values(ports).flatMap((asked, index) => [
    ask(probes[index]!, asked, new Agent({ keepAlive: true, maxSockets: 1 }), state),
    ask(probes[index]!, asked, undefined, state),
  ]);
  return {
    probes,
    async stop() {
      state.stopped = true;
      await Promise.all(clients);
    },
  };
}

async function ask(probe: Probe, asked: Asked, agent: Agent | undefined, state: { stopped: boolean }): Promise<void> {
  while (!state.stopped) {
    try {
      const status = await request(asked, agent);
      probe.answered++;
      if (status !== 200) note(probe, "bad", `status ${status}`);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      note(probe, code === "ECONNREFUSED" ? "refused" : "cut", `${agent ? "kept" : "new"}: ${code ?? message}`);
    }
    await sleep(asked.everyMs);
  }
  agent?.destroy();
}

function note(probe: Probe, what: "refused" | "cut" | "bad", example: string): void {
  probe[what]++;
  if (probe.examples.length < 5) probe.examples.push(`${new Date().toISOString()} ${example}`);
}

function request({ port, path, read }: Asked, agent: Agent | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: "127.0.0.1", port, path, agent: agent ?? false, timeout: 10_000 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("error", reject).on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        read?.(Buffer.concat(chunks).toString());
        resolve(answer.statusCode ?? 0);
      });
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer for ten seconds")));
    asked.on("error", reject);
  });
}
