import type { Parser } from "./parser.ts";
import { parsersOfConfig } from "./parsers-config.ts";
import { parsersOfPages } from "./parsers-pages.ts";
import { parsersOfWire } from "./parsers-wire.ts";

/** Every parser of bytes that come from outside. */
export const parsers: readonly Parser[] = [...parsersOfPages, ...parsersOfWire, ...parsersOfConfig];
