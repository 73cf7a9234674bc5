import type { LogRecord, Signal } from "@sluice/data";
import {
  attributeProblems,
  attributesTest,
  compileMatch,
  type Match,
  type MatchConfig,
  type MatchType,
  patternProblems,
  textTest,
  validateMatch,
} from "@sluice/lib-attributes";
import type { LogItem, MetricItem, ResourceItem, SpanItem } from "@sluice/lib-ottl";
import type { Config, LogMatchConfig, MetricMatchConfig } from "./config.ts";
import type { Rule, Rules, Tell } from "./rules.ts";

/** Adds the rules of the old blocks `include` and `exclude` on a signal, and tells what is wrong with them. */
export function addBlocks(config: Config, signal: Signal, rules: Rules, tell: Tell): void {
  if (signal === "metrics") addMetricBlocks(config.metrics, rules, tell);
  else if (signal === "traces") addSpanBlocks(config.spans, rules, tell);
  else addLogBlocks(config.logs, rules, tell);
}

/** Names every metric that has a point of this kind, which is what an expression would have said. */
const WAY_OUT =
  'expressions are not supported; write conditions: exclude with MetricName == "m" && Label("l") == "v" is metrics: {metric: [\'name == "m" and HasAttrOnDatapoint("l", "v")\']}, HasLabel("l") is HasAttrKeyOnDatapoint("l"), and for include the condition stands behind not';

function addMetricBlocks({ include, exclude }: Config["metrics"], rules: Rules, tell: Tell): void {
  // Two questions, as upstream has them: each block drops resources by their attributes, and metrics by their names.
  for (const [name, block] of Object.entries({ include, exclude })) {
    if (block === undefined || !checkMetricBlock(block, ["metrics", name], tell)) continue;
    const isDropped = (matches: boolean): boolean => matches === (name === "exclude");
    const type = block.match_type as MatchType;
    const names = textTest(type, block.metric_names);
    if (names !== undefined) {
      rules.metric.push(blockRule<MetricItem>(name, ({ metric }) => isDropped(names(metric.name))));
    }
    if (block.resource_attributes.length === 0) continue;
    const attributes = attributesTest(type, block.resource_attributes);
    rules.resource.push(blockRule<ResourceItem>(name, ({ resource }) => isDropped(attributes(resource.attributes))));
  }
}

function checkMetricBlock(block: MetricMatchConfig, path: readonly string[], tell: Tell): boolean {
  const { match_type: type, metric_names, resource_attributes, expressions } = block;
  if (type === "expr") {
    tell([...path, "match_type"], WAY_OUT);
    return false;
  }
  if (expressions.length > 0) tell([...path, "expressions"], `match_type ${type} has no use for it`, "warning");
  const problems = [
    ...patternProblems(type, metric_names, [...path, "metric_names"]),
    ...attributeProblems(type, resource_attributes, [...path, "resource_attributes"]),
  ];
  for (const problem of problems) tell(problem.path, problem.message);
  return problems.length === 0;
}

function addSpanBlocks({ include, exclude }: Config["spans"], rules: Rules, tell: Tell): void {
  for (const [name, block] of Object.entries({ include, exclude })) {
    if (block === undefined) continue;
    const problems = validateMatch(block, ["spans", name], ["traces"]);
    for (const problem of problems) tell(problem.path, problem.message);
    if (problems.length > 0) continue;
    const match = compileMatch(block);
    addMatch(
      name,
      match,
      rules,
      ({ resource, scope, span }: SpanItem) => {
        return match.resource(resource) && match.scope(scope) && match.span(span) && match.attributes(span.attributes);
      },
      rules.span,
    );
  }
}

function addLogBlocks({ include, exclude }: Config["logs"], rules: Rules, tell: Tell): void {
  for (const [name, block] of Object.entries({ include, exclude })) {
    const config = block && toMatch(block, ["logs", name], tell);
    if (config === undefined) continue;
    const match = compileMatch(config);
    addMatch(
      name,
      match,
      rules,
      ({ resource, record }: LogItem) => {
        return match.resource(resource) && match.log(record) && match.attributes(record.attributes);
      },
      rules.log,
    );
  }
}

/** `include` can tell of a whole resource that nothing in it matches: then no record need be decoded. */
function addMatch<T>(name: string, match: Match, rules: Rules, matches: (item: T) => boolean, list: Rule<T>[]): void {
  if (name === "exclude") {
    list.push(blockRule(name, matches));
    return;
  }
  rules.resource.push(blockRule<ResourceItem>(name, ({ resource }) => !match.resource(resource)));
  list.push(blockRule<T>(name, (item) => !matches(item)));
}

function blockRule<T>(text: string, test: (item: T) => boolean): Rule<T> {
  return { text, mode: "propagate", test };
}

/** The old block on log records as the block that attributes and spans have; undefined when it asks for nothing, or is wrong. */
function toMatch(block: LogMatchConfig, path: readonly string[], tell: Tell): MatchConfig | undefined {
  const { match_type: type, resource_attributes: resources, record_attributes: attributes, severity_number } = block;
  const min = severity_number === undefined ? 0 : severityOf(severity_number.min);
  if (min === undefined) {
    const message = `found "${severity_number!.min}", expected a number from 1 to 24 or a name as INFO, WARN2`;
    tell([...path, "severity_number", "min"], message);
  }
  const problems = [
    ...attributeProblems(type, resources, [...path, "resource_attributes"]),
    ...attributeProblems(type, attributes, [...path, "record_attributes"]),
    ...patternProblems(type, block.severity_texts, [...path, "severity_texts"]),
    ...patternProblems(type, block.bodies, [...path, "bodies"]),
  ];
  for (const problem of problems) tell(problem.path, problem.message);
  if (problems.length > 0 || min === undefined) return undefined;
  const asked = [resources, attributes, block.severity_texts, block.bodies].some((list) => list.length > 0);
  if (!asked && severity_number === undefined) return undefined;
  return {
    match_type: type,
    regexp: undefined,
    services: [],
    span_names: [],
    span_kinds: [],
    metric_names: [],
    log_bodies: block.bodies,
    log_severity_texts: block.severity_texts,
    log_severity_number: severity_number && { min, match_undefined: severity_number.match_undefined },
    attributes,
    resources,
    libraries: [],
  };
}

const severities = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/** The number of a severity; 0 of none, undefined of what is none. */
function severityOf(text: string): LogRecord["severity"] | undefined {
  if (text === "") return 0;
  if (/^(?:[1-9]|1[0-9]|2[0-4])$/.test(text)) return Number(text);
  const [, name = "", rank = "1"] = /^([A-Z]+)([2-4]?)$/.exec(text.toUpperCase()) ?? [];
  const place = severities.indexOf(name);
  return place < 0 ? undefined : 4 * place + Number(rank || "1");
}
