import { ConfigError, type Consume, type Context, type Lifecycle } from "@sluice/component";
import { type Layout, type Signal, type ViewRules, view, withCatalog } from "@sluice/data";
import {
  type Actions,
  byContext,
  type ContextValues,
  compileActions,
  editRecords,
  mapParts,
  type OpenPart,
  overLayouts,
  strangeKeys,
} from "@sluice/lib-attributes";
import type { Config } from "./config.ts";
import { type Selection, selections } from "./selection.ts";

type Part = OpenPart<Signal>;

/** Runs the actions over every batch: metrics get a view, spans and log records are edited. */
export function createProcessor(
  config: Config,
  { signals }: Context,
  next: Consume,
): Lifecycle & { readonly consume: Consume } {
  for (const signal of signals) refuseStrange(config, signal);
  const actions = compileActions(config.actions);
  const selectionOf = selections(config);
  const changeFor = byContext(actions.contextKeys, (values) => createChange(actions, selectionOf, values));
  return {
    async consume(batch) {
      await next(mapParts(batch, changeFor(batch.context))!);
    },
  };
}

/** Which signal a pipeline carries is known here only. */
function refuseStrange(config: Config, signal: Signal): void {
  for (const key of ["include", "exclude"] as const) {
    const match = config[key];
    const strange = match === undefined ? [] : strangeKeys(match, signal);
    if (strange.length > 0) throw new ConfigError(`${key}: ${strange.join(" and ")} cannot be asked of ${signal}`);
  }
}

/** What is done to the parts of batches whose metadata has these values. */
function createChange(
  actions: Actions,
  selectionOf: ReturnType<typeof selections>,
  values: ContextValues,
): (part: Part) => Part {
  const seen = overLayouts(createView(actions, selectionOf, values));
  return (part) => {
    if (part.signal === "metrics") return seen(part);
    const selection = selectionOf(part.resource);
    if (selection === undefined) return part;
    return part.signal === "traces"
      ? editRecords(part, (span, scope) => (selection.span(scope, span) ? applied(span) : span))
      : editRecords(part, (record, scope) => (selection.log(scope, record) ? applied(record) : record));
  };

  function applied<R extends { readonly attributes: ReturnType<Actions["apply"]> }>(record: R): R {
    const attributes = actions.apply(record.attributes, values);
    return attributes === record.attributes ? record : { ...record, attributes };
  }
}

/** Shows metrics through the actions: another catalog, the same ids. */
function createView(
  actions: Actions,
  selectionOf: ReturnType<typeof selections>,
  values: ContextValues,
): (layout: Layout) => Layout {
  const rulesFor = new Map<Selection, ViewRules>();
  return (layout) => {
    const selection = selectionOf(layout.catalog.resource);
    if (selection === undefined) return layout;
    let rules = rulesFor.get(selection);
    if (rules === undefined) {
      rules = {
        attributes: (metric, attributes) =>
          selection.point(metric, attributes) ? actions.apply(attributes, values) : attributes,
      };
      rulesFor.set(selection, rules);
    }
    return withCatalog(layout, view(layout.catalog, rules));
  };
}
