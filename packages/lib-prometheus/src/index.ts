export type { CustomHistogram } from "./custom-histogram.ts";
export { CustomScanner } from "./custom-scanner.ts";
export { ESCAPINGS, type Escaping, escapeName } from "./escape-name.ts";
export { formatFloat, formatFloatG, formatOpenMetricsFloat, normalizeFloatText } from "./format-float.ts";
export { addsUp } from "./histogram-count.ts";
export {
  checkLabelLimits,
  compareText,
  isLabelName,
  isLegacyLabelName,
  isLegacyMetricName,
  isMetricName,
  isValidUtf8Name,
  type LabelLimits,
  type LabelSet,
  METRIC_NAME,
  mergeTargetLabels,
  type NameScheme,
} from "./labels.ts";
export { type Family, parsePage, type Sample } from "./page.ts";
export {
  END,
  HELP,
  type PageFormat,
  PageScanner,
  SERIES,
  TYPE,
  UNIT,
} from "./page-scanner.ts";
export { ParseError } from "./parse-error.ts";
export type { ProtobufOptions } from "./protobuf-entries.ts";
export {
  type PageExemplar,
  type PageFamily,
  type PageHistogram,
  type PageMetric,
  type PageSide,
  protobufPage,
} from "./protobuf-page.ts";
export { ProtobufScanner } from "./protobuf-scanner.ts";
export { compileRegex, type Matcher } from "./regex.ts";
export { compileRelabel, hashMod, type Relabel } from "./relabel.ts";
export { type RelabelRule, relabelRuleSchema, validateRelabelRule } from "./relabel-rule.ts";
export {
  decodeWriteRequest,
  type WriteRequest,
  type WriteVersion,
  type WrittenBuckets,
  type WrittenExemplar,
  type WrittenHistogram,
  type WrittenMetadata,
  type WrittenSample,
  type WrittenSeries,
  type WrittenSeriesMetadata,
  writeVersionOf,
} from "./remote-write.ts";
export { readHistogram as readWrittenHistogram } from "./remote-write-histogram.ts";
export { Entries as WrittenEntries, isStaleBits, STALE_NAN_BYTES } from "./remote-write-read.ts";
export { compileSearch, type Search } from "./search.ts";
export {
  CUSTOM_MARK,
  type LabelPairs,
  NATIVE_MARK,
  type ParsedExemplar,
  parseExemplar,
  parseMetadataName,
  parseMetadataText,
  parseSeries,
} from "./series.ts";
export { labelNames, SeriesForm } from "./series-form.ts";
export { SnappyError, snappyDecompress } from "./snappy.ts";
export { SymbolPlaces } from "./symbol-places.ts";
export { expandTemplate, type Match, parseTemplate, type Template } from "./template.ts";
export {
  type ConstantLabelConfig,
  constantLabelsOf,
  identityKeys,
  type LabelSource,
  labelSources,
  type Naming,
  pointLabels,
  type ResourceLabels,
  resourceLabels,
  sortedLabels,
  type TranslatedLabels,
  translateAttributes,
  valueAt,
} from "./translate-labels.ts";
export {
  inNamespace,
  isUtf8,
  labelName,
  metricName,
  type Strategy,
  strategyOf,
  translationStrategies,
  unitWords,
} from "./translate-name.ts";
