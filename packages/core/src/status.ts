import type { Clock, Kind, Status, StatusEvent } from "@sluice/component";

type Reported = Status | "none";

/** Which status may follow which; what is not here is ignored. */
const follows: Readonly<Record<Reported, readonly Status[]>> = {
  none: ["starting"],
  starting: ["ok", "recoverable_error", "permanent_error", "fatal_error", "stopping"],
  ok: ["ok", "recoverable_error", "permanent_error", "fatal_error", "stopping"],
  recoverable_error: ["recoverable_error", "ok", "permanent_error", "fatal_error", "stopping"],
  permanent_error: ["stopping"],
  stopping: ["recoverable_error", "permanent_error", "fatal_error", "stopped"],
  fatal_error: [],
  stopped: [],
};

/** One component instance's status. Nobody hears of it before `show`. */
export interface InstanceStatus {
  readonly current: Reported;
  /** Takes the status if it may follow the current one, and tells every listener. */
  report(status: Status, error?: Error): void;
  /** Lets listeners hear of this instance: first of how it fares now, if it ever reported. */
  show(): void;
  /** Keeps what comes from listeners: another instance of this id took its place. */
  hide(): void;
}
export type StatusListener = (event: StatusEvent) => void;

/** How every instance fares. */
export interface StatusBoard {
  instance(kind: Kind, id: string): InstanceStatus;
  /** Sets who hears of every event. One that was not set before first hears how each shown instance fares. A listener must not throw. */
  listen(listeners: readonly StatusListener[]): void;
}

/** Starts with no instances and no listeners. */
export function createStatusBoard(clock: Clock): StatusBoard {
  const state = { listeners: [] as readonly StatusListener[] };
  /** The last event of each instance that is shown; one that stopped is forgotten. */
  const shown = new Map<InstanceStatus, StatusEvent | undefined>();

  function tell(instance: InstanceStatus, event: StatusEvent): void {
    if (event.status === "stopped") shown.delete(instance);
    else shown.set(instance, event);
    for (const listener of state.listeners) listener(event);
  }

  return {
    instance(kind, id) {
      let current: Reported = "none";
      let last: StatusEvent | undefined;
      const instance: InstanceStatus = {
        get current() {
          return current;
        },
        report(status, error) {
          if (!follows[current].includes(status)) return;
          current = status;
          last = { kind, id, status, error, at: clock.now() };
          if (shown.has(instance)) tell(instance, last);
        },
        show() {
          shown.set(instance, last);
          if (last !== undefined) tell(instance, last);
        },
        hide: () => void shown.delete(instance),
      };
      return instance;
    },
    listen(all) {
      const added = all.filter((listener) => !state.listeners.includes(listener));
      state.listeners = all;
      for (const event of shown.values()) if (event !== undefined) for (const listener of added) listener(event);
    },
  };
}
