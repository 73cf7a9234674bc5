import { ConfigError, type FeatureGate } from "@sluice/component";
import { quote } from "./config/problems.ts";
import { didYouMean } from "./config/suggest.ts";
import { type KnownGate, knownGates } from "./known-gates.ts";

/** The feature gates of one process, as the command line has set them. */
export interface FeatureGates {
  /**
   * Takes one value of `--feature-gates`: ids between commas, "+" or nothing before one that is turned on, "-" before one that is
   * turned off. Gives what is worth telling, one sentence each. Throws `ConfigError` that says everything that is wrong; then
   * nothing was taken.
   */
  applyFlag(text: string): readonly string[];
  /** Every known gate, by id. */
  list(): readonly FeatureGate[];
  /** Throws for an id that is not known: that is a mistake of the program. */
  isEnabled(id: string): boolean;
}

/** Makes the gates with each as its stage has it: alpha and deprecated off, beta and stable on. */
export function createFeatureGates(): FeatureGates {
  const gates = new Map(knownGates.map((gate) => [gate.id, gate]));
  const enabled = new Map(knownGates.map(({ id, stage }) => [id, stage === "beta" || stage === "stable"]));
  return {
    applyFlag(text) {
      // Upstream takes an empty value as none.
      const settings = text === "" ? [] : text.split(",").map(readSetting);
      const problems = settings.flatMap((setting) => problemOf(setting, gates) ?? []);
      if (problems.length > 0) throw new ConfigError(problems.join("\n"));
      const notices: string[] = [];
      for (const { id, on } of settings) {
        const gate = gates.get(id)!;
        enabled.set(id, isLocked(gate) ? enabled.get(id)! : on);
        notices.push(...noticeOf(gate));
      }
      return notices;
    },
    list: () => knownGates.map(({ id, stage, description }) => ({ id, stage, description, enabled: enabled.get(id)! })),
    isEnabled(id) {
      const found = enabled.get(id);
      if (found === undefined) throw new Error(`BUG: no feature gate ${quote(id)}`);
      return found;
    },
  };
}

/** What differs from how gates are by themselves, as `applyFlag` takes it. */
export function gateSettings(gates: FeatureGates): string {
  const usual = createFeatureGates();
  const changed = gates.list().filter(({ id, enabled }) => enabled !== usual.isEnabled(id));
  return changed.map(({ id, enabled }) => `${enabled ? "+" : "-"}${id}`).join(",");
}

interface Setting {
  readonly id: string;
  readonly on: boolean;
}

function readSetting(text: string): Setting {
  const trimmed = text.trim();
  const sign = /^[+-]/.exec(trimmed)?.[0] ?? "";
  return { id: trimmed.slice(sign.length), on: sign !== "-" };
}

function problemOf({ id, on }: Setting, gates: ReadonlyMap<string, KnownGate>): string | undefined {
  if (id === "") return "found an empty feature gate, expected ids between commas";
  const gate = gates.get(id);
  if (gate === undefined) {
    const present = [...gates.values()].filter(({ gone }) => !gone).map((known) => known.id);
    const near = didYouMean(id, gates.keys());
    return `unknown feature gate ${quote(id)}${near === "" ? "; there" : `${near} There`} are ${present.join(", ")}`;
  }
  if (gate.gone) return undefined;
  if (gate.stage === "stable" && !on) return `the feature gate "${id}" is stable and cannot be turned off`;
  return gate.stage === "deprecated" && on
    ? `the feature gate "${id}" is deprecated and cannot be turned on`
    : undefined;
}

/** Whether setting the gate leaves it as it is. */
function isLocked({ stage }: KnownGate): boolean {
  return stage === "stable" || stage === "deprecated";
}

function noticeOf({ id, stage, gone, effect, description }: KnownGate): readonly string[] {
  if (gone) return [`the feature gate "${id}" no longer exists and has no effect: ${description}`];
  if (stage === "stable") return [`the feature gate "${id}" is stable: it is on without being set`];
  if (stage === "deprecated") return [`the feature gate "${id}" is deprecated: it is off without being set`];
  return effect ? [] : [`the feature gate "${id}" has no effect: ${description}`];
}
