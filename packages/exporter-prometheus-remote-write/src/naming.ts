import type { Config } from "./config.ts";
import { isUtf8, labelName, type Strategy } from "./names.ts";
import type { WriteVersion } from "./version.ts";

/** What the configuration says about names and labels. */
export interface Naming {
  readonly strategy: Strategy;
  readonly namespace: string;
  readonly externalLabels: readonly (readonly [string, string])[];
  /** Whether a resource attribute becomes a label of every series. */
  readonly isConstantLabel: (key: string) => boolean;
  readonly scopeLabels: boolean;
  readonly targetInfo: boolean;
  /** Whether histograms with explicit bounds become native ones with custom buckets, or both; undefined = they stay as they are. */
  readonly customBuckets?: "instead" | "beside" | undefined;
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
  "convert_explicit_histograms_to_nhcb",
  "keep_classic_histograms",
] as const;
type NamingConfig = Pick<Config, (typeof namingKeys)[number]>;

/** What a configuration says about names and labels. */
export function namingOf(config: NamingConfig, version: WriteVersion = "1.0"): Naming {
  const { resource_to_telemetry_conversion: all, resource_constant_labels: some } = config;
  const included = some.included.map(wildcard);
  const excluded = some.excluded.map(wildcard);
  const strategy = strategyOf(config, version);
  const beside = config.keep_classic_histograms ? "beside" : "instead";
  return {
    strategy,
    namespace: config.namespace,
    externalLabels: Object.entries(config.external_labels).map(([key, value]) => [
      labelName(key, strategy) ?? key,
      value,
    ]),
    isConstantLabel: (key) => {
      if (all.enabled && !(all.exclude_service_attributes && identityKeys.has(key))) return true;
      return included.some((matches) => matches(key)) && !excluded.some((matches) => matches(key));
    },
    scopeLabels: !config.disable_scope_info,
    targetInfo: config.target_info.enabled,
    customBuckets: config.convert_explicit_histograms_to_nhcb ? beside : undefined,
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

const strategies = {
  UnderscoreEscapingWithSuffixes: "suffixes",
  UnderscoreEscapingWithoutSuffixes: "no-suffixes",
  NoUTF8EscapingWithSuffixes: "utf8-suffixes",
  NoTranslation: "verbatim",
} as const;

/**
 * The metric-name strategy that the two keys ask for together. Remote write 1.0 has no other names than the old ones, so there
 * they are escaped.
 */
function strategyOf(config: NamingConfig, version: WriteVersion): Strategy {
  const { translation_strategy: name, add_metric_suffixes: suffixes } = config;
  const wanted = name === "" ? (suffixes ? "suffixes" : "no-suffixes") : strategies[name];
  if (version === "2.0" || !isUtf8(wanted)) return wanted;
  return wanted === "utf8-suffixes" ? "suffixes" : "no-suffixes";
}
