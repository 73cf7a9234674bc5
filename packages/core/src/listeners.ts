import type { Address, Env, HttpListener } from "@sluice/component";

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
  /** Undefined until it is open. */
  listener: HttpListener | undefined;
}
interface Taken {
  readonly from: Held;
  readonly by: Owner;
}

/** Starts with nothing open. */
export function createListeners(env: Env): Listeners {
  const state = { reload: 0, isChanging: false, taken: [] as Taken[] };
  /** By address, oldest first: the last one serves what connects now. */
  const held = new Map<string, Held[]>();

  function release(one: Held): void {
    const left = held.get(one.address)?.filter((other) => other !== one) ?? [];
    if (left.length > 0) held.set(one.address, left);
    else held.delete(one.address);
  }

  /** Opens a listener and remembers it for as long as it is open. */
  async function hold(owner: Owner, address: string, open: () => Promise<HttpListener>): Promise<HttpListener> {
    const one: Held = { owner, address, reload: state.reload, listener: undefined };
    held.set(address, [...(held.get(address) ?? []), one]);
    try {
      const listener = await open();
      one.listener = {
        address: listener.address,
        port: listener.port,
        succeed: (options, handler) => hold(owner, address, () => listener.succeed(options, handler)),
        close() {
          release(one);
          return listener.close();
        },
      };
      return one.listener;
    } catch (error) {
      release(one);
      throw error;
    }
  }

  const open =
    (owner: Owner): Env["net"]["serveHttp"] =>
    async (options, handler) => {
      const address = keyOf(options.address);
      // Any free port is never one that somebody else has.
      if (address === undefined) return env.net.serveHttp(options, handler);
      const from = held.get(address)?.at(-1);
      if (from === undefined) return hold(owner, address, () => env.net.serveHttp(options, handler));
      const { listener } = from;
      if (!state.isChanging || listener === undefined || from.reload === state.reload) throw inUse(from);
      state.taken.push({ from, by: owner });
      return hold(owner, address, () => listener.succeed(options, handler));
    };

  /** Whether an owner opened as many listeners in this reload as others took from it. */
  function hasMoved(owner: Owner): boolean {
    const lost = state.taken.filter(({ from, by }) => from.owner === owner && by !== owner).length;
    const opened = [...held.values()].flat().filter((one) => one.owner === owner && one.reload === state.reload).length;
    return opened >= lost;
  }

  return {
    envFor: (owner) => ({ ...env, net: { ...env.net, serveHttp: open(owner) } }),
    begin() {
      state.reload += 1;
      state.isChanging = true;
      state.taken = [];
      return {
        check(leaves) {
          for (const { from, by } of state.taken) {
            if (from.owner !== by && !leaves(from.owner) && !hasMoved(from.owner)) throw inUse(from);
          }
        },
        end() {
          state.isChanging = false;
        },
      };
    },
  };
}

function keyOf(address: Address): string | undefined {
  if ("path" in address) return address.path;
  return address.port === 0 ? undefined : `${address.host}:${address.port}`;
}

function inUse({ address, owner }: Held): Error {
  const message = `cannot listen on "${address}": the ${owner.name} of this collector does`;
  return Object.assign(new Error(message), { code: "EADDRINUSE" });
}
