import type { Attributes, LogRecord, Metric, Resource, Scope, Span } from "@sluice/data";
import { compileMatch, type Match } from "@sluice/lib-attributes";
import type { Config } from "./config.ts";

/** What of one resource is changed: what `include` takes, without what `exclude` takes. All pure. */
export interface Selection {
  point(metric: Metric, attributes: Attributes): boolean;
  span(scope: Scope, span: Span): boolean;
  log(scope: Scope, record: LogRecord): boolean;
}

/** Gives what of a resource is changed, undefined when nothing is; of all resources one of a few objects. */
export function selections({
  include,
  exclude,
}: Pick<Config, "include" | "exclude">): (resource: Resource) => Selection | undefined {
  const [taken, left] = [include, exclude].map((match) => match && compileMatch(match));
  const withExclude = selection(taken, left);
  const withoutExclude = selection(taken, undefined);
  return (resource) => {
    if (taken?.resource(resource) === false) return undefined;
    return left?.resource(resource) === true ? withExclude : withoutExclude;
  };
}

function selection(include: Match | undefined, exclude: Match | undefined): Selection {
  const both = (asks: (match: Match) => boolean): boolean =>
    (include === undefined || asks(include)) && (exclude === undefined || !asks(exclude));
  return {
    point: ({ name, scope }, attributes) =>
      both((match) => match.metricName(name) && match.scope(scope) && match.attributes(attributes)),
    span: (scope, span) => both((match) => match.scope(scope) && match.span(span) && match.attributes(span.attributes)),
    log: (scope, record) =>
      both((match) => match.scope(scope) && match.log(record) && match.attributes(record.attributes)),
  };
}
