import {
  constantLabelsOf,
  isUtf8,
  labelName,
  type Strategy,
  strategyOf,
  type Naming as Translation,
} from "@sluice/lib-prometheus";
import type { Config } from "./config.ts";
import type { WriteVersion } from "./version.ts";

/** What the configuration says about names and labels. */
export interface Naming extends Translation {
  /** Whether histograms with explicit bounds become native ones with custom buckets, or both; undefined = they stay as they are. */
  readonly customBuckets?: "instead" | "beside" | undefined;
}

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
  const strategy = strategyFor(config, version);
  const beside = config.keep_classic_histograms ? "beside" : "instead";
  return {
    strategy,
    namespace: config.namespace,
    externalLabels: Object.entries(config.external_labels).map(([key, value]) => [
      labelName(key, strategy) ?? key,
      value,
    ]),
    isConstantLabel: constantLabelsOf(config),
    scopeLabels: !config.disable_scope_info,
    targetInfo: config.target_info.enabled,
    customBuckets: config.convert_explicit_histograms_to_nhcb ? beside : undefined,
  };
}

/**
 * The metric-name strategy that the two keys ask for together. Remote write 1.0 has no other names than the old ones, so there
 * they are escaped.
 */
function strategyFor(config: NamingConfig, version: WriteVersion): Strategy {
  const wanted = strategyOf(config);
  if (version === "2.0" || !isUtf8(wanted)) return wanted;
  return wanted === "utf8-suffixes" ? "suffixes" : "no-suffixes";
}
