export { compileCondition, type Test } from "./compile.ts";
export { EvaluationError, OttlError } from "./errors.ts";
export type { Language } from "./language.ts";
export {
  type DatapointItem,
  datapointLanguage,
  type LogItem,
  logLanguage,
  type MetricItem,
  metricLanguage,
  type ResourceItem,
  resourceLanguage,
  type ScopeItem,
  type SpanEventItem,
  type SpanItem,
  scopeLanguage,
  spanEventLanguage,
  spanLanguage,
} from "./languages.ts";
export { type Names, namesIn } from "./names.ts";
export { parseCondition } from "./parser.ts";
export type { Condition } from "./syntax.ts";
