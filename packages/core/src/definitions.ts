import type { AnyDefinition, Kind } from "@sluice/component";

/** A component that is loaded only when a configuration names its type: what nobody uses costs no start-up time. */
export interface LazyDefinition {
  readonly kind: Kind;
  readonly type: string;
  readonly aliases?: readonly string[];
  /** The package it comes from; shown in lists. */
  readonly module?: string;
  readonly load: () => Promise<AnyDefinition>;
}
/** Every component a collector may use. */
export type Definitions = readonly (AnyDefinition | LazyDefinition)[];
