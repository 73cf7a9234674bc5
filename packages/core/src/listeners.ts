import type { Address, Env, HttpHandler, HttpListener, HttpServerOptions } from "@sluice/component";

/** Who opens listeners. */
export interface Owner {
  /** For messages: `receiver "otlp"`. */
  readonly name: string;
}

/** The HTTP listeners of one collector: at a reload one that is still open is handed over to whoever wants its address next. */
export interface Listeners {
  /** The environment as one owner sees it. */
  envFor(owner: Owner): Env;
  /**
   * Begins a reload: until `end`, who asks for an address that was open before takes the socket over, so that no connection is
   * refused. Of what is opened in one reload nothing is handed over in it.
   */
  begin(): Changeover;
}
/** One reload, seen from its listeners. */
export interface Changeover {
  /** Throws EADDRINUSE when the socket of somebody who stays was taken by another; whoever opened a new one in this reload moved. */
  check(leaves: (owner: Owner) => boolean): void;
  end(): void;
}

interface Held {
  readonly owner: Owner;
  readonly address: string;
  /** The reload in which it was opened. */
  readonly reload: number;
  /** Undefined until it is open. What is opened over it belongs to whoever opens that. */
  listener: HttpListener | undefined;
}
interface Taken {
  readonly from: Held;
  readonly by: Owner;
}

interface State {
  reload: number;
  isChanging: boolean;
  /** What changed hands in this reload. */
  taken: Taken[];
  /** By address, oldest first: the last one serves what connects now. */
  readonly held: Map<string, Held[]>;
}

/** Starts with nothing open. */
export function createListeners(env: Env): Listeners {
  const state: State = { reload: 0, isChanging: false, taken: [], held: new Map() };

  async function open(owner: Owner, options: HttpServerOptions, handler: HttpHandler): Promise<HttpListener> {
    const address = keyOf(options.address);
    const from = isFree(options.address) ? undefined : state.held.get(address)?.at(-1);
    if (from === undefined) {
      return hold(state, owner, address, () => env.net.serveHttp(options, handler)).catch((error: unknown) => {
        throw state.isChanging ? explain(state, error, address) : error;
      });
    }
    const { listener } = from;
    if (!state.isChanging || listener === undefined || from.reload === state.reload) throw inUse(from);
    state.taken.push({ from, by: owner });
    return hold(state, owner, address, () => listener.succeed(options, handler));
  }

  return {
    envFor: (owner) => ({
      ...env,
      net: { ...env.net, serveHttp: (options, handler) => open(owner, options, handler) },
    }),
    begin() {
      state.reload += 1;
      state.isChanging = true;
      state.taken = [];
      return {
        check(leaves) {
          for (const { from, by } of state.taken) {
            if (from.owner !== by && !leaves(from.owner) && !hasMoved(state, from.owner)) throw inUse(from);
          }
        },
        end() {
          state.isChanging = false;
        },
      };
    },
  };
}

/** Opens a listener and remembers it for as long as it is open. */
async function hold(
  state: State,
  owner: Owner,
  address: string,
  open: () => Promise<HttpListener>,
): Promise<HttpListener> {
  const { held } = state;
  const one: Held = { owner, address, reload: state.reload, listener: undefined };
  const release = (): void => {
    const left = held.get(address)?.filter((other) => other !== one) ?? [];
    if (left.length > 0) held.set(address, left);
    else held.delete(address);
  };
  held.set(address, [...(held.get(address) ?? []), one]);
  try {
    const listener = await open();
    one.listener = listener;
    return {
      address: listener.address,
      port: listener.port,
      succeed: (options, handler) => hold(state, owner, address, () => listener.succeed(options, handler)),
      close() {
        release();
        return listener.close();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** Whether an owner opened as many listeners in this reload as others took from it. */
function hasMoved({ taken, held, reload }: State, owner: Owner): boolean {
  const lost = taken.filter(({ from, by }) => from.owner === owner && by !== owner).length;
  const opened = [...held.values()].flat().filter((one) => one.owner === owner && one.reload === reload).length;
  return opened >= lost;
}

/** Only a whole address can be handed over: says so when a listener at the same port is in the way. */
function explain({ held }: State, error: unknown, address: string): unknown {
  const port = portOf(address);
  const other = [...held.values()].flat().find((one) => port !== "" && portOf(one.address) === port);
  if ((error as { code?: unknown }).code !== "EADDRINUSE" || other === undefined) return error;
  const message = `cannot listen on "${address}" while the ${other.owner.name} listens on "${other.address}"; a reload can change the host of a listener only together with its port`;
  return Object.assign(new Error(message, { cause: error }), { code: "EADDRINUSE" });
}

function keyOf(address: Address): string {
  return "path" in address ? address.path : `${address.host}:${address.port}`;
}
/** Port 0 is any free port: never one that somebody else has. */
function isFree(address: Address): boolean {
  return "port" in address && address.port === 0;
}
function portOf(address: string): string {
  return /:([1-9]\d*)$/.exec(address)?.[1] ?? "";
}

function inUse({ address, owner }: Held): Error {
  const message = `cannot listen on "${address}": the ${owner.name} of this collector does`;
  return Object.assign(new Error(message), { code: "EADDRINUSE" });
}
