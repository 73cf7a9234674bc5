import type { Status, StatusEvent } from "@sluice/component";
import type { StatusBoard, StatusListener } from "../status.ts";

/** A board that shows the instances of all threads: those of one id as one, which fares as the worst of them does. */
export interface JoinedStatuses extends StatusBoard {
  /** Takes what another thread told; threads are numbered, this one is 0. */
  take(thread: number, event: StatusEvent): void;
}

/** Of two the larger one is told. */
const weights: Readonly<Record<Status, number>> = {
  stopped: 0,
  ok: 1,
  starting: 2,
  stopping: 3,
  recoverable_error: 4,
  permanent_error: 5,
  fatal_error: 6,
};

interface Component {
  /** By thread. */
  readonly last: Map<number, StatusEvent>;
  told: StatusEvent;
}

/** Joins what this thread's board tells with what comes from others. */
export function joinStatuses(board: StatusBoard): JoinedStatuses {
  const known = new Map<string, Component>();
  const state = { listeners: [] as readonly StatusListener[] };

  function take(thread: number, event: StatusEvent): void {
    const key = `${event.kind} ${event.id}`;
    const component = known.get(key) ?? { last: new Map<number, StatusEvent>(), told: undefined as never };
    known.set(key, component);
    if (event.status === "stopped") component.last.delete(thread);
    else component.last.set(thread, event);
    const worst = worstOf(event, component.last.values());
    if (worst.status === "stopped") known.delete(key);
    if (worst === component.told) return;
    component.told = worst;
    for (const listener of state.listeners) listener(worst);
  }

  board.listen([(event) => take(0, event)]);
  return {
    instance: (kind, id) => board.instance(kind, id),
    take,
    listen(all) {
      const added = all.filter((listener) => !state.listeners.includes(listener));
      state.listeners = all;
      for (const { told } of known.values()) for (const listener of added) listener(told);
    },
  };
}

/** The newest, unless another one weighs more. */
function worstOf(newest: StatusEvent, others: Iterable<StatusEvent>): StatusEvent {
  let worst = newest;
  for (const event of others) if (weights[event.status] > weights[worst.status]) worst = event;
  return worst;
}
