import { type Context, PermanentError } from "@sluice/component";
import { EvaluationError } from "@sluice/lib-ottl";
import type { Rule } from "./rules.ts";

/** How often a condition that cannot be decided is logged. */
const warnEveryMs = 60_000;

/** Says whether one of the rules drops an item. Throws `PermanentError` when one cannot be decided that must be. */
export type Judge = <T>(rules: readonly Rule<T>[], item: T) => boolean;

/** Makes a judge that logs what it ignores. */
export function createJudge({ env, log }: Pick<Context, "env" | "log">): Judge {
  const warned = new Map<string, number>();

  function ignore({ text, mode }: Pick<Rule<unknown>, "text" | "mode">, error: EvaluationError): void {
    if (mode === "propagate") throw new PermanentError(`cannot decide condition "${text}"`, { cause: error });
    if (mode === "silent") return;
    const now = env.clock.monotonic();
    if (now - (warned.get(text) ?? Number.NEGATIVE_INFINITY) < warnEveryMs) return;
    warned.set(text, now);
    log.warn("cannot decide condition, it counts as false", { condition: text, error: error.message });
  }

  return (rules, item) => {
    for (const rule of rules) {
      try {
        if (rule.test(item)) return true;
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
        ignore(rule, error);
      }
    }
    return false;
  };
}
