import type { Clock, Timer, Timers } from "@sluice/component";
import type { Deadline } from "./deadline.ts";
import type { Http1Connection } from "./http1.ts";

/** How many connections are kept, and how long. */
export interface PoolSettings {
  /** How long a connection may stay unused, in milliseconds; 0 = for ever. */
  readonly idleTimeoutMs: number;
  /** Unused connections to all origins together; 0 = no limit. */
  readonly maxIdle: number;
  /** Unused connections to one origin. */
  readonly maxIdlePerHost: number;
  /** Connections to one origin, used and unused; requests wait for their turn. 0 = no limit. */
  readonly maxPerHost: number;
}

/** Something that may stand unused: an HTTP/1 connection or an HTTP/2 session without requests. */
export interface Idle {
  readonly key: string;
  idleSince: number;
  destroy(): void;
}

interface Origin {
  idle: Http1Connection[];
  /** Connections open or being opened. */
  open: number;
  /** Requests waiting for a connection (given) or for the right to open one (undefined). */
  waiting: ((connection: Http1Connection | undefined) => void)[];
}

/** Keeps connections between requests. One timer for all, so that ten thousand idle targets cost ten thousand entries. */
export class Pool {
  readonly #settings: PoolSettings;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #origins = new Map<string, Origin>();
  /** Longest unused first. */
  readonly #idle = new Set<Idle>();
  #sweep: Timer | undefined;

  constructor(settings: PoolSettings, clock: Clock, timers: Timers) {
    this.#settings = settings;
    this.#clock = clock;
    this.#timers = timers;
  }

  /**
   * Gives an unused connection, or undefined: then the caller may open one and must call `closed` when it is gone or could not
   * be opened. Waits when the origin has all it may have; `fresh` passes over unused connections.
   */
  acquire(
    key: string,
    fresh: boolean,
    deadline: Deadline,
  ): Http1Connection | undefined | Promise<Http1Connection | undefined> {
    const origin = this.#origin(key);
    const unused = this.#take(origin);
    if (unused !== undefined && !fresh) return unused;
    if (unused !== undefined) unused.destroy();
    const { maxPerHost } = this.#settings;
    if (maxPerHost > 0 && origin.open >= maxPerHost) return this.#wait(origin, deadline);
    origin.open++;
    return undefined;
  }

  /** Takes a connection back after its answer. */
  release(connection: Http1Connection): void {
    if (!connection.reusable) return;
    const origin = this.#origin(connection.key);
    const next = origin.waiting.shift();
    if (next !== undefined) {
      next(connection);
    } else if (origin.idle.length >= this.#settings.maxIdlePerHost) {
      connection.destroy();
    } else {
      origin.idle.push(connection);
      this.rest(connection);
    }
  }

  /** A connection is gone, or could not be opened. */
  closed(key: string, connection: Http1Connection | undefined): void {
    const origin = this.#origins.get(key);
    if (origin === undefined) return;
    if (connection !== undefined) this.#unlist(connection);
    origin.open--;
    const next = origin.waiting.shift();
    if (next !== undefined) {
      origin.open++;
      next(undefined);
    } else if (origin.open === 0) {
      this.#origins.delete(key);
    }
  }

  /**
   * Lets the first waiting request go ahead beyond the limit: there is a session it can share. It must call `closed` at once,
   * which lets the next one go.
   */
  invite(key: string): void {
    const origin = this.#origins.get(key);
    const next = origin?.waiting.shift();
    if (origin === undefined || next === undefined) return;
    origin.open++;
    next(undefined);
  }

  /** Starts the idle time of a connection or session; `wake` ends it. */
  rest(item: Idle): void {
    const { maxIdle } = this.#settings;
    item.idleSince = this.#clock.monotonic();
    this.#idle.add(item);
    if (maxIdle > 0 && this.#idle.size > maxIdle) this.#drop(this.#oldest()!);
    this.#arm();
  }

  wake(item: Idle): void {
    this.#idle.delete(item);
  }

  /** Closes everything that is unused. */
  closeIdle(): void {
    for (const item of this.#idle) this.#drop(item);
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }

  #take(origin: Origin): Http1Connection | undefined {
    const connection = origin.idle.pop();
    if (connection !== undefined) this.#idle.delete(connection);
    return connection;
  }

  #wait(origin: Origin, deadline: Deadline): Promise<Http1Connection | undefined> {
    return new Promise((resolve, reject) => {
      const turn = (connection: Http1Connection | undefined): void => {
        deadline.listen(undefined);
        resolve(connection);
      };
      origin.waiting.push(turn);
      deadline.listen((error) => {
        origin.waiting.splice(origin.waiting.indexOf(turn), 1);
        reject(error);
      });
    });
  }

  #origin(key: string): Origin {
    let origin = this.#origins.get(key);
    if (origin === undefined) {
      origin = { idle: [], open: 0, waiting: [] };
      this.#origins.set(key, origin);
    }
    return origin;
  }

  #oldest(): Idle | undefined {
    return this.#idle.values().next().value;
  }

  #drop(item: Idle): void {
    this.#unlist(item);
    item.destroy();
  }

  #unlist(item: Idle): void {
    if (!this.#idle.delete(item)) return;
    const idle = this.#origins.get(item.key)?.idle;
    const index = idle?.indexOf(item as Http1Connection) ?? -1;
    if (index >= 0) idle?.splice(index, 1);
  }

  #arm(): void {
    const oldest = this.#oldest();
    if (this.#sweep !== undefined || oldest === undefined || this.#settings.idleTimeoutMs === 0) return;
    const wait = oldest.idleSince + this.#settings.idleTimeoutMs - this.#clock.monotonic();
    this.#sweep = this.#timers.after(Math.max(0, wait), () => {
      this.#sweep = undefined;
      // A millisecond early rather than, by a rounding error, again and again in no time.
      const expired = this.#clock.monotonic() - this.#settings.idleTimeoutMs + 1;
      for (const item of this.#idle) {
        if (item.idleSince > expired) break;
        this.#drop(item);
      }
      this.#arm();
    });
  }
}
