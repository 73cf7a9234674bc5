import type { Port } from "@sluice/component";
import { asError } from "../errors.ts";
import { describeError } from "../telemetry/log-text.ts";

/** What one side can be asked for, by name: plain data goes in and comes out. */
export type Calls = Readonly<Record<string, (argument: never) => unknown>>;
type ArgumentOf<F> = F extends (argument: infer A) => unknown ? A : never;
type ResultOf<F> = F extends (...given: never) => infer R ? Awaited<R> : never;

/** One end of a line on which both sides can be asked. */
export interface Line<Theirs extends Calls> {
  /** Resolves with what the other side gives; rejects with what it threw, or when the line is cut. */
  ask<Name extends keyof Theirs & string>(
    name: Name,
    argument: ArgumentOf<Theirs[Name]>,
  ): Promise<ResultOf<Theirs[Name]>>;
  /** Says something that needs no answer. */
  tell<Name extends keyof Theirs & string>(name: Name, argument: ArgumentOf<Theirs[Name]>): void;
  /** Ends it: what was asked and not answered rejects, and so does what is asked from now on. */
  cut(reason: Error): void;
}

type Message =
  | { readonly kind: "call"; readonly number: number | undefined; readonly name: string; readonly argument: unknown }
  | { readonly kind: "answer"; readonly number: number; readonly result: unknown }
  | { readonly kind: "refusal"; readonly number: number; readonly message: string };

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** Opens a line over a port; `ours` answers what comes from the other side, whose calls begin in the order in which they were made. */
export function openLine<Theirs extends Calls>(port: Port, ours: Calls): Line<Theirs> {
  const waiting = new Map<number, Waiting>();
  const state = { last: 0, cut: undefined as Error | undefined };

  async function answer(number: number, name: string, argument: unknown): Promise<void> {
    try {
      post({ kind: "answer", number, result: await call(ours, name, argument) });
    } catch (error) {
      // The text says the causes too, which is all that a person is shown.
      post({ kind: "refusal", number, message: describeError(error) });
    }
  }
  function post(message: Message): void {
    if (state.cut === undefined) port.post(message);
  }
  function take(message: Message): void {
    if (message.kind === "call") {
      if (message.number === undefined) void call(ours, message.name, message.argument);
      else void answer(message.number, message.name, message.argument);
      return;
    }
    const asked = waiting.get(message.number);
    waiting.delete(message.number);
    if (message.kind === "answer") asked?.resolve(message.result);
    else asked?.reject(new Error(message.message));
  }

  port.listen((message) => take(message as Message));
  return {
    async ask(name, argument) {
      if (state.cut !== undefined) throw state.cut;
      const number = ++state.last;
      const result = new Promise<unknown>((resolve, reject) => waiting.set(number, { resolve, reject }));
      post({ kind: "call", number, name, argument });
      return (await result) as never;
    },
    tell: (name, argument) => post({ kind: "call", number: undefined, name, argument }),
    cut(reason) {
      state.cut ??= asError(reason);
      for (const { reject } of waiting.values()) reject(state.cut);
      waiting.clear();
    },
  };
}

function call(ours: Calls, name: string, argument: unknown): unknown {
  return ours[name]!(argument as never);
}
