import type { Signal } from "@sluice/data";
import {
  type Condition,
  compileCondition,
  datapointLanguage,
  logLanguage,
  metricLanguage,
  namesIn,
  parseCondition,
  resourceLanguage,
  scopeLanguage,
  spanEventLanguage,
  spanLanguage,
} from "@sluice/lib-ottl";
import type { Config, ErrorMode, GroupConfig } from "./config.ts";
import type { Rule, Rules, Tell } from "./rules.ts";

/** What a condition can be asked of. */
type Level = NonNullable<GroupConfig["context"]>;

/** The levels of each signal, from the widest; conditions that name nothing are asked at the one before events. */
const levels: Readonly<Record<Signal, readonly Level[]>> = {
  metrics: ["resource", "scope", "metric", "datapoint"],
  traces: ["resource", "scope", "span", "spanevent"],
  logs: ["resource", "scope", "log"],
};
const narrow: Readonly<Record<string, Level>> = {
  HasAttrKeyOnDatapoint: "metric",
  HasAttrOnDatapoint: "metric",
  IsRootSpan: "span",
};

/** One condition: where it stands, and what it is asked of; undefined = its paths tell. */
interface Source {
  readonly text: string;
  readonly path: readonly (string | number)[];
  readonly level: Level | undefined;
  readonly mode: ErrorMode;
}

/** Adds the rules of all conditions on a signal, and tells what is wrong with them. */
export function addConditions(config: Config, signal: Signal, rules: Rules, tell: Tell): void {
  for (const source of [...listed(config, signal), ...grouped(config, signal, tell)]) {
    try {
      const condition = parseCondition(source.text);
      const level = source.level ?? inferred(condition, signal);
      if (!levels[signal].includes(level)) {
        throw new Error(`${signal} have no context "${level}"; expected ${levels[signal].join(", ")}`);
      }
      add(rules, level, condition, source, signal);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      tell(source.path, error.message);
    }
  }
}

/** The lists whose names say what they are asked of. */
function listed({ metrics, traces, logs, error_mode: mode }: Config, signal: Signal): Source[] {
  const list = (section: string, key: string, level: Level, texts: readonly string[]): Source[] =>
    texts.map((text, index) => ({ text, path: [section, key, index], level, mode }));
  switch (signal) {
    case "metrics":
      return [
        ...list("metrics", "resource", "resource", metrics.resource),
        ...list("metrics", "metric", "metric", metrics.metric),
        ...list("metrics", "datapoint", "datapoint", metrics.datapoint),
      ];
    case "traces":
      return [
        ...list("traces", "resource", "resource", traces.resource),
        ...list("traces", "span", "span", traces.span),
        ...list("traces", "spanevent", "spanevent", traces.spanevent),
      ];
    case "logs":
      return [
        ...list("logs", "resource", "resource", logs.resource),
        ...list("logs", "log_record", "log", logs.log_record),
      ];
  }
}

/** The lists whose conditions tell by their paths, or by their group, what they are asked of. */
function grouped(config: Config, signal: Signal, tell: Tell): Source[] {
  const key = groupKey(signal);
  const entries = config[key];
  const mixed = entries.findIndex((entry) => typeof entry !== typeof entries[0]);
  if (mixed > 0) tell([key, mixed], "found texts and groups in one list; expected only one of both");
  return entries.flatMap((entry, index): Source[] => {
    const mode = config.error_mode;
    if (typeof entry === "string") return [{ text: entry, path: [key, index], level: undefined, mode }];
    return entry.conditions.map((text, place) => ({
      text,
      path: [key, index, "conditions", place],
      level: entry.context,
      mode: entry.error_mode ?? mode,
    }));
  });
}

/** The key of the list whose conditions tell what they are asked of. */
export function groupKey(signal: Signal): "metric_conditions" | "trace_conditions" | "log_conditions" {
  return signal === "metrics" ? "metric_conditions" : signal === "traces" ? "trace_conditions" : "log_conditions";
}

/** The narrowest level that a condition names. */
function inferred(condition: Condition, signal: Signal): Level {
  const { paths, functions } = namesIn(condition);
  const order = levels[signal];
  const named = paths.map((path): Level => {
    const [first = "", ...rest] = path.split(".");
    const level = first === "instrumentation_scope" ? "scope" : order.find((each) => each === first);
    if (level !== undefined && rest.length > 0) return level;
    const examples = order.map((each) => `${each}.`).join(", ");
    throw new Error(`path "${path}" does not tell what it is of; expected one that starts with ${examples}`);
  });
  for (const name of functions) {
    const level = Object.hasOwn(narrow, name) ? narrow[name]! : undefined;
    if (level !== undefined && order.includes(level)) named.push(level);
  }
  const places = named.map((level) => order.indexOf(level));
  return places.length === 0 ? (signal === "logs" ? "log" : order[2]!) : order[Math.max(...places)]!;
}

function add(rules: Rules, level: Level, condition: Condition, { text, mode }: Source, signal: Signal): void {
  const rule = <T>(test: (item: T) => boolean): Rule<T> => ({ text, mode, test });
  switch (level) {
    case "resource":
      rules.resource.push(rule(compileCondition(condition, resourceLanguage)));
      return;
    case "scope": {
      const test = compileCondition(condition, scopeLanguage);
      if (signal === "metrics") rules.metric.push(rule(({ resource, metric: { scope } }) => test({ resource, scope })));
      else rules[signal === "traces" ? "span" : "log"].push(rule(test));
      return;
    }
    case "metric":
      rules.metric.push(rule(compileCondition(condition, metricLanguage)));
      rules.asksPoints ||= namesIn(condition).functions.some((name) => narrow[name] === "metric");
      return;
    case "datapoint":
      rules.datapoint.push(rule(compileCondition(condition, datapointLanguage)));
      return;
    case "span":
      rules.span.push(rule(compileCondition(condition, spanLanguage)));
      return;
    case "spanevent":
      rules.spanevent.push(rule(compileCondition(condition, spanEventLanguage)));
      return;
    case "log":
      rules.log.push(rule(compileCondition(condition, logLanguage)));
  }
}
