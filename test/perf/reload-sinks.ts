/** Two backends with one ledger between them, slow or down for a while when they are told. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { ReloadLedger } from "./reload-ledger.ts";
import { snappyDecompress } from "./snappy.ts";
import { walkWriteRequest } from "./write-request.ts";

export type Mood = "well" | "slow" | "down";

export interface ReloadSinks {
  readonly ports: readonly number[];
  mood: Mood;
  /** Requests taken by each. */
  readonly taken: readonly number[];
  /** Requests that could not be read. */
  readonly bad: number;
  close(): void;
}

/** `/main` is booked in `main`, `/side` in `side`. A request that is not taken is in no book. */
export async function startReloadSinks(main: ReloadLedger, side: ReloadLedger): Promise<ReloadSinks> {
  const state = { mood: "well" as Mood, taken: [0, 0], bad: 0 };
  const servers = [0, 1].map((index) =>
    createServer((request, response) => {
      const answer = (status: number) => response.writeHead(status, { "content-length": 0 }).end();
      const take = async (): Promise<void> => {
        const body = await buffer(request);
        if (state.mood === "slow") await sleep(100);
        if (state.mood === "down") return void answer(503);
        walkWriteRequest(snappyDecompress(body), request.url === "/side" ? side : main);
        state.taken[index]!++;
        answer(204);
      };
      take().catch(() => {
        state.bad++;
        answer(400);
      });
    }),
  );
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((done) => {
          server.keepAliveTimeout = 0;
          server.listen(0, "127.0.0.1", () => done((server.address() as AddressInfo).port));
        }),
    ),
  );
  const close = (): void => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  };
  return Object.assign(state, { ports, close });
}
