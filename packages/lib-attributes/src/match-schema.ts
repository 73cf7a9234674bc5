import { type Decoded, type Problem, type Schema, t } from "@sluice/component";
import type { Signal } from "@sluice/data";
import { compileSearch } from "@sluice/lib-prometheus";

/** How texts are compared; the keys of upstream's `filterset`. */
export const matchKeys = {
  match_type: t.oneOf(["strict", "regexp"], {
    description: "`strict`: texts are equal; `regexp`: a regular expression (RE2) matches any piece of the text.",
  }),
  regexp: t.optional(
    t.object("Taken for compatibility, without effect: what a series matches is found out once anyway.", {
      cacheenabled: t.boolean({ description: "Without effect.", default: false }),
      cachemaxnumentries: t.integer({ description: "Without effect.", default: 0, minimum: 0 }),
    }),
  ),
};

/** A list of attributes to compare; the value may be missing. */
export function attributeList(description: string): Schema<readonly MatchAttribute[]> {
  const item = t.object("An attribute.", {
    key: t.string({ description: "Its name.", minLength: 1 }),
    value: t.any({
      description:
        "Its value; without one it only has to be there. With `regexp` a pattern, compared with the value as text.",
    }),
  });
  return t.array(item, { description, default: [] });
}
/** An attribute to compare. */
export interface MatchAttribute {
  readonly key: string;
  readonly value: unknown;
}

const texts = (description: string) =>
  t.array(t.string({ description: "A text or pattern." }), { description, default: [] });

/** Upstream's block `include` or `exclude`. */
export function matchSchema(description: string) {
  return t.object(description, {
    ...matchKeys,
    services: texts("Values of the resource's attribute `service.name`, of which one must match. Not for logs."),
    span_names: texts("Names of spans, of which one must match."),
    span_kinds: texts("Kinds of spans, as `SPAN_KIND_SERVER`, of which one must match."),
    metric_names: texts("Names of metrics, of which one must match."),
    log_bodies: texts("Bodies of log records as text, of which one must match."),
    log_severity_texts: texts("Severity texts of log records, of which one must match."),
    log_severity_number: t.optional(severity),
    attributes: attributeList("Attributes of the data point, span or log record, all of which must match."),
    resources: attributeList("Attributes of the resource, all of which must match."),
    libraries: t.array(
      t.object("An instrumentation scope.", {
        name: t.string({ description: "Its name." }),
        version: t.optional(t.string({ description: "Its version; any when missing." })),
      }),
      { description: "Instrumentation scopes, of which one must match.", default: [] },
    ),
  });
}
const severity = t.object("The least severity of log records.", {
  min: t.integer({ description: "Severity number.", default: 0, minimum: 0, maximum: 24, examples: [9] }),
  match_undefined: t.boolean({ description: "Whether records without a severity match.", default: false }),
});
/** Such a block, as a configuration says it. */
export type MatchConfig = Decoded<ReturnType<typeof matchSchema>>;
type Category = Exclude<keyof MatchConfig, "match_type" | "regexp">;

const common: readonly Category[] = ["attributes", "resources", "libraries"];
/** What can be asked of the data of each signal. */
const askable: Readonly<Record<Signal, readonly Category[]>> = {
  metrics: [...common, "services", "metric_names"],
  traces: [...common, "services", "span_names", "span_kinds"],
  logs: [...common, "log_bodies", "log_severity_texts", "log_severity_number"],
};
const allCategories = [...new Set(Object.values(askable).flat())];

/** The keys of a block that ask something which data of this signal cannot answer. */
export function strangeKeys(match: MatchConfig, signal: Signal): readonly string[] {
  return asked(match).filter((key) => !askable[signal].includes(key));
}

function asked(match: MatchConfig): readonly Category[] {
  return allCategories.filter((key) => {
    const value = match[key];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
}

const spanKinds = [
  "SPAN_KIND_CLIENT",
  "SPAN_KIND_CONSUMER",
  "SPAN_KIND_INTERNAL",
  "SPAN_KIND_PRODUCER",
  "SPAN_KIND_SERVER",
];

/** What is wrong with a block that stands at `path`, for whatever signal it may be; or for one of `signals`. */
export function validateMatch(
  match: MatchConfig,
  path: Problem["path"],
  signals: readonly Signal[] = ["metrics", "traces", "logs"],
): Problem[] {
  const keys = asked(match);
  if (keys.length === 0)
    return [{ path, message: "asks for nothing; expected something to compare, such as services" }];
  const problems = regexProblems(match, path);
  if (!signals.some((signal) => strangeKeys(match, signal).length === 0)) {
    const message =
      signals.length === 1
        ? `${strangeKeys(match, signals[0]!).join(" and ")} cannot be asked of ${signals[0]}`
        : `asks for ${keys.join(" and ")}, which neither data points nor spans nor log records have all`;
    problems.push({ path, message });
  }
  if (match.match_type === "strict") {
    for (const [index, kind] of match.span_kinds.entries()) {
      if (spanKinds.includes(kind)) continue;
      problems.push({
        path: [...path, "span_kinds", index],
        message: `found "${kind}", expected one of ${spanKinds.join(", ")}`,
      });
    }
  }
  return problems;
}

function regexProblems(match: MatchConfig, path: Problem["path"]): Problem[] {
  const problems: Problem[] = [];
  for (const key of [
    "services",
    "span_names",
    "span_kinds",
    "metric_names",
    "log_bodies",
    "log_severity_texts",
  ] as const) {
    problems.push(...patternProblems(match.match_type, match[key], [...path, key]));
  }
  for (const key of ["attributes", "resources"] as const) {
    problems.push(...attributeProblems(match.match_type, match[key], [...path, key]));
  }
  for (const [index, { name, version }] of match.libraries.entries()) {
    const at = [...path, "libraries", index];
    problems.push(...patternProblem(match.match_type, name, [...at, "name"]));
    if (version !== undefined) problems.push(...patternProblem(match.match_type, version, [...at, "version"]));
  }
  return problems;
}

/** How a block compares texts. */
export type MatchType = MatchConfig["match_type"];

/** What is wrong with texts that are patterns, if `type` makes them such. */
export function patternProblems(type: MatchType, list: readonly string[], path: Problem["path"]): Problem[] {
  return list.flatMap((text, index) => patternProblem(type, text, [...path, index]));
}

function patternProblem(type: MatchType, text: string, path: Problem["path"]): Problem[] {
  if (type === "strict") return [];
  try {
    compileSearch(text);
    return [];
  } catch (error) {
    return [{ path, message: (error as Error).message }];
  }
}

/** What is wrong with attributes to compare. */
export function attributeProblems(type: MatchType, list: readonly MatchAttribute[], path: Problem["path"]): Problem[] {
  return list.flatMap(({ value }, index) => {
    if (type === "strict" || value === undefined || value === null) return [];
    const at = [...path, index, "value"];
    if (typeof value === "string") return patternProblem(type, value, at);
    return [{ path: at, message: "is no text; with match_type regexp it must be a pattern" }];
  });
}
