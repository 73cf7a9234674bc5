import type { Logger } from "@sluice/component";
import type { Item } from "@sluice/lib-sending";
import type { WriteVersion } from "./version.ts";

/** Which version of remote write a backend is sent. */
export interface Protocol {
  readonly version: WriteVersion;
  /** From now on 1.0, because of what a backend answered. */
  fallBack(why: string): void;
  /** Items of 2.0 that could not be encoded as 1.0: not to be tried for ever. */
  readonly unreadable: WeakSet<Item>;
  /** What is configured, whatever came before. */
  reset(version: WriteVersion): void;
}

/** Creates the memory of which version a backend wants. */
export function createProtocol(version: WriteVersion, log: Logger): Protocol {
  const state = { version };
  return {
    unreadable: new WeakSet(),
    get version() {
      return state.version;
    },
    fallBack(why) {
      // Of requests under way at once each one is told.
      if (state.version === "1.0") return;
      state.version = "1.0";
      log.warn("backend does not know remote write 2.0, sending 1.0 from now on", { why });
    },
    reset(next) {
      state.version = next;
    },
  };
}
