import {
  type Attributes,
  asString,
  attribute,
  isList,
  type LogRecord,
  type Resource,
  type Scope,
  type Span,
  sameValue,
} from "@sluice/data";
import { compileSearch } from "@sluice/lib-prometheus";
import type { MatchAttribute, MatchConfig, MatchType } from "./match-schema.ts";
import { fromRaw } from "./raw-value.ts";
import { matchText } from "./value.ts";

/** What a block asks of an item, by what it is asked of; each answers true where the block asks nothing. All pure. */
export interface Match {
  readonly resource: Test<Resource>;
  readonly scope: Test<Scope>;
  /** Of the data point, span or log record. */
  readonly attributes: Test<Attributes>;
  readonly metricName: Test<string>;
  readonly span: Test<Span>;
  readonly log: Test<LogRecord>;
}

type Test<T> = (value: T) => boolean;
const always = (): boolean => true;

/** Makes a block ready that `validateMatch` found nothing wrong with. */
export function compileMatch(config: MatchConfig): Match {
  const { match_type: type, log_severity_number: severity } = config;
  const services = textTest(type, config.services);
  const resources = attributesTest(type, config.resources);
  const [names, kinds] = [textTest(type, config.span_names), textTest(type, config.span_kinds)];
  const [bodies, severities] = [textTest(type, config.log_bodies), textTest(type, config.log_severity_texts)];
  const isSevere = ({ severity: number }: LogRecord): boolean =>
    severity === undefined || (number === 0 ? severity.match_undefined : number >= severity.min);
  return {
    resource: ({ attributes }) => (services === undefined || services(serviceOf(attributes))) && resources(attributes),
    scope: scopeTest(type, config.libraries),
    attributes: attributesTest(type, config.attributes),
    metricName: textTest(type, config.metric_names) ?? always,
    span: ({ name, kind }) => (names?.(name) ?? true) && (kinds?.(kindNames[kind] ?? "") ?? true),
    log: (record) =>
      (bodies?.(asString(record.body)) ?? true) && (severities?.(record.severityText) ?? true) && isSevere(record),
  };
}

const kindNames = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"].map(
  (kind) => `SPAN_KIND_${kind}`,
);

/** Upstream's name for a resource without one. */
function serviceOf(attributes: Attributes): string {
  const value = attribute(attributes, "service.name");
  return value === undefined ? "<nil-service-name>" : asString(value);
}

/** Whether one of the texts or patterns fits; undefined when there is none. */
export function textTest(type: MatchType, list: readonly string[]): Test<string> | undefined {
  if (list.length === 0) return undefined;
  if (type === "strict") {
    const texts = new Set(list);
    return (text) => texts.has(text);
  }
  const patterns = list.map(compileSearch);
  return (text) => patterns.some((pattern) => pattern.test(text));
}

function scopeTest(type: MatchType, libraries: MatchConfig["libraries"]): Test<Scope> {
  if (libraries.length === 0) return always;
  const tests = libraries.map(({ name, version }): Test<Scope> => {
    const [isName, isVersion] = [textTest(type, [name])!, version === undefined ? always : textTest(type, [version])!];
    return (scope) => isName(scope.name) && isVersion(scope.version);
  });
  return (scope) => tests.some((test) => test(scope));
}

/** Whether all attributes are there and fit. */
export function attributesTest(type: MatchType, list: readonly MatchAttribute[]): Test<Attributes> {
  if (list.length === 0) return always;
  const tests = list.map((wanted) => attributeTest(type, wanted));
  return (attributes) => tests.every((test) => test(attributes));
}

function attributeTest(type: MatchType, { key, value: raw }: MatchAttribute): Test<Attributes> {
  if (raw === undefined || raw === null) return (attributes) => attribute(attributes, key) !== undefined;
  if (type === "strict") {
    const wanted = fromRaw(raw);
    // What is written as 2 or 2.0 has become one number.
    const asDouble = typeof wanted === "bigint" ? Number(wanted) : undefined;
    return (attributes) => {
      const value = attribute(attributes, key);
      return value !== undefined && (value === asDouble || sameValue(value, wanted));
    };
  }
  const test = textTest(type, [raw as string])!;
  return (attributes) => {
    const value = attribute(attributes, key);
    const text = value === undefined || isList(value) ? undefined : matchText(value);
    return text !== undefined && test(text);
  };
}
