import type { Config } from "./config.ts";
import { labelName, type Strategy } from "./names.ts";

/** What the configuration says about names and labels. */
export interface Naming {
  readonly strategy: Strategy;
  readonly namespace: string;
  readonly externalLabels: readonly (readonly [string, string])[];
  /** Whether a resource attribute becomes a label of every series. */
  readonly isConstantLabel: (key: string) => boolean;
  readonly scopeLabels: boolean;
  readonly targetInfo: boolean;
}

/** The resource attributes that are `job` and `instance`. */
export const identityKeys: ReadonlySet<string> = new Set(["service.name", "service.namespace", "service.instance.id"]);

/** The keys that decide about names and labels. */
export const namingKeys = [
  "namespace",
  "external_labels",
  "add_metric_suffixes",
  "translation_strategy",
  "resource_to_telemetry_conversion",
  "resource_constant_labels",
  "target_info",
  "disable_scope_info",
] as const;
type NamingConfig = Pick<Config, (typeof namingKeys)[number]>;

/** What a configuration says about names and labels. */
export function namingOf(config: NamingConfig): Naming {
  const { resource_to_telemetry_conversion: all, resource_constant_labels: some } = config;
  const included = some.included.map(wildcard);
  const excluded = some.excluded.map(wildcard);
  return {
    strategy: strategyOf(config),
    namespace: config.namespace,
    externalLabels: Object.entries(config.external_labels).map(([key, value]) => [labelName(key) ?? key, value]),
    isConstantLabel: (key) => {
      if (all.enabled && !(all.exclude_service_attributes && identityKeys.has(key))) return true;
      return included.some((matches) => matches(key)) && !excluded.some((matches) => matches(key));
    },
    scopeLabels: !config.disable_scope_info,
    targetInfo: config.target_info.enabled,
  };
}

/** `*` stands for any text. */
function wildcard(pattern: string): (text: string) => boolean {
  const [first = "", ...rest] = pattern.split("*");
  return (text) => {
    if (rest.length === 0) return text === pattern;
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const piece of rest.slice(0, -1)) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    const last = rest.at(-1)!;
    return text.length - last.length >= at && text.endsWith(last);
  };
}

/** The metric-name strategy that the two keys ask for together. */
function strategyOf(config: NamingConfig): Strategy {
  if (config.translation_strategy !== "")
    return config.translation_strategy === "UnderscoreEscapingWithSuffixes" ? "suffixes" : "no-suffixes";
  return config.add_metric_suffixes ? "suffixes" : "no-suffixes";
}
