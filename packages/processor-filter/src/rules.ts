import type { Problem } from "@sluice/component";
import type { DatapointItem, LogItem, MetricItem, ResourceItem, SpanEventItem, SpanItem } from "@sluice/lib-ottl";
import type { ErrorMode } from "./config.ts";

/** One reason to drop an item. */
export interface Rule<T> {
  /** As it stands in the configuration, for the log. */
  readonly text: string;
  readonly mode: ErrorMode;
  /** Whether the item is dropped; throws `EvaluationError` when that cannot be decided. */
  readonly test: (item: T) => boolean;
}

/** All reasons to drop something of one signal, by what they are asked of. */
export interface Rules {
  readonly resource: Rule<ResourceItem>[];
  readonly metric: Rule<MetricItem>[];
  readonly datapoint: Rule<DatapointItem>[];
  readonly span: Rule<SpanItem>[];
  readonly spanevent: Rule<SpanEventItem>[];
  readonly log: Rule<LogItem>[];
  /** Whether a rule on a metric depends on which points it has. */
  asksPoints: boolean;
}

/** No reason to drop anything. */
export function noRules(): Rules {
  return { resource: [], metric: [], datapoint: [], span: [], spanevent: [], log: [], asksPoints: false };
}

/** Takes what is wrong with a configuration. */
export type Tell = (path: Problem["path"], message: string, severity?: Problem["severity"]) => void;
