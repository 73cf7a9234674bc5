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

/** One component instance's status. */
export interface InstanceStatus {
  readonly current: Reported;
  /** Takes the status if it may follow the current one, and tells every listener. */
  report(status: Status, error?: Error): void;
}
export type StatusListener = (event: StatusEvent) => void;

/** How every instance fares. */
export interface StatusBoard {
  instance(kind: Kind, id: string): InstanceStatus;
  /** Sets who hears of every event: events from before come first, in order. A listener must not throw. */
  listen(listeners: readonly StatusListener[]): void;
}

/** Starts with no instances; events wait until `listen` is called. */
export function createStatusBoard(clock: Clock): StatusBoard {
  let listeners: readonly StatusListener[] | undefined;
  let past: StatusEvent[] = [];
  function tell(event: StatusEvent): void {
    if (listeners === undefined) past.push(event);
    else for (const listener of listeners) listener(event);
  }
  return {
    instance(kind, id) {
      let current: Reported = "none";
      return {
        get current() {
          return current;
        },
        report(status, error) {
          if (!follows[current].includes(status)) return;
          current = status;
          tell({ kind, id, status, error, at: clock.now() });
        },
      };
    },
    listen(all) {
      listeners = all;
      const events = past;
      past = [];
      for (const event of events) tell(event);
    },
  };
}
