import type { Consume, Context, Lifecycle } from "@sluice/component";
import { type Resource, type Signal, type ViewRules, view, withCatalog } from "@sluice/data";
import { byContext, compileActions, mapParts, type OpenPart, overLayouts } from "@sluice/lib-attributes";
import type { Config } from "./config.ts";

/** Runs the actions over the resource of every part; metrics get a view. */
export function createProcessor(
  config: Config,
  _ctx: Context,
  next: Consume,
): Lifecycle & { readonly consume: Consume } {
  const actions = compileActions(config.attributes);
  const changeFor = byContext(actions.contextKeys, (values) =>
    createChange((resource) => {
      const attributes = actions.apply(resource.attributes, values);
      return attributes === resource.attributes ? resource : { ...resource, attributes };
    }),
  );
  return {
    async consume(batch) {
      await next(mapParts(batch, changeFor(batch.context))!);
    },
  };
}

type Part = OpenPart<Signal>;

function createChange(changed: (resource: Resource) => Resource): (part: Part) => Part {
  const rules: ViewRules = { resource: changed };
  const seen = overLayouts((layout) => {
    const catalog = view(layout.catalog, rules);
    // The same resource is the same catalog: nobody behind need learn its series anew.
    return catalog.resource === layout.catalog.resource ? layout : withCatalog(layout, catalog);
  });
  return (part) => {
    if (part.signal === "metrics") return seen(part);
    const resource = changed(part.resource);
    return resource === part.resource ? part : { ...part, resource };
  };
}
