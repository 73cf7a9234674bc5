import type { Context } from "@sluice/component";
import type { LabelSet } from "@sluice/lib-prometheus";

/** Targets that a discovery found together; a group with the same source replaces it. */
export interface TargetGroup {
  readonly source: string;
  readonly targets: readonly LabelSet[];
  readonly labels: LabelSet;
}

/** Something that finds targets. */
export interface Discovery {
  /** Finds what there is now, and goes on looking; `changed` is called after each change. */
  start(changed: () => void): Promise<void>;
  stop(): void;
  groups(): Iterable<TargetGroup>;
  /** Of files: what each held when it was read last. */
  readonly files?: ReadonlyMap<string, readonly TargetGroup[]>;
}
/** What a discovery may use. */
export type DiscoveryContext = Pick<Context, "env" | "log" | "decode">;

/** The group of these addresses; a label that holds nothing is empty. */
export function groupOf(
  source: string,
  targets: readonly string[],
  labels: Readonly<Record<string, string | null>>,
  more: readonly (readonly [string, string])[] = [],
): TargetGroup {
  return {
    source,
    targets: targets.map((address) => new Map([["__address__", address]])),
    labels: new Map([...Object.entries(labels).map(([name, value]) => [name, value ?? ""] as const), ...more]),
  };
}
