import type { Context, Logger, Share } from "@sluice/component";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Whether what is true of all shares is told, and counted, by this one. */
export function tellsOfAll({ index }: Share): boolean {
  return index === 0;
}

/** The context for work that every share does alike: one of them logs. */
export function toldOnce(context: Context): Context {
  return tellsOfAll(context.share) ? context : { ...context, log: silent };
}
