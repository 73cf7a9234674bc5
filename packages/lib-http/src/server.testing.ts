import type { HttpRequest, HttpResponse } from "@sluice/component";
import { createSimulation, type Side, type Simulation } from "@sluice/testkit";

type Answerer = (request: HttpRequest) => HttpResponse | undefined | Promise<HttpResponse>;

/** A simulated world with servers that write down what they were asked. For tests. */
export interface World extends Simulation {
  /** Every request that reached a server: "host METHOD target", with all headers. */
  readonly asked: {
    readonly host: string;
    readonly method: string;
    readonly target: string;
    readonly headers: HttpRequest["headers"];
    readonly body: string;
  }[];
  /** Serves at "host:port"; the answer is `answer`'s, or 200 and "ok". */
  readonly serve: (host: string, port: number, answer?: Answerer) => Promise<void>;
  /** Serves raw bytes: `script` is called with each connection and all it has sent so far, whenever more came. */
  readonly serveRaw: (host: string, port: number, script: (side: Side, received: string) => void) => void;
}

export function createWorld(): World {
  const simulation = createSimulation();
  const asked: World["asked"] = [];
  return {
    ...simulation,
    asked,
    async serve(host, port, answer = () => undefined) {
      await simulation.network.serveHttp({ address: { host, port }, maxBodyBytes: 1 << 24 }, async (request) => {
        const body = Buffer.from(await request.body()).toString();
        asked.push({ host, method: request.method, target: request.target, headers: request.headers, body });
        return (await answer(request)) ?? { status: 200, body: "ok" };
      });
    },
    serveRaw(host, port, script) {
      simulation.network.listenRaw({ host, port }, (side) => {
        let received = "";
        side.on("error", () => {});
        side.on("data", (chunk: Buffer) => {
          received += chunk.toString("latin1");
          script(side, received);
        });
      });
    },
  };
}

export const textOf = (answer: { readonly body: Uint8Array }): string => Buffer.from(answer.body).toString();
