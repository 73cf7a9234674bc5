import type { Labels } from "@sluice/component";
import type { PrometheusReader } from "./config.ts";
import { identifier, type PageStyle } from "./page.ts";
import { matchesAny } from "./patterns.ts";
import type { ResourceAttributes } from "./resource.ts";

/** How a reader wants its page. */
export function styleOf(reader: PrometheusReader, resource: ResourceAttributes): PageStyle {
  return {
    info: labelsOf(resource, Object.keys(resource)),
    constant: constantLabels(reader, resource),
    units: !reader.without_units,
    typeSuffix: !reader.without_type_suffix,
    scope: !reader.without_scope_info,
  };
}

function constantLabels(
  { with_resource_constant_labels: labels }: PrometheusReader,
  resource: ResourceAttributes,
): Labels {
  if (labels === undefined) return {};
  const { included, excluded } = labels;
  const names = Object.keys(resource).filter(
    (name) => (included.length === 0 || matchesAny(included, name)) && !matchesAny(excluded, name),
  );
  return labelsOf(resource, names);
}

/** The named attributes as labels. */
function labelsOf(attributes: ResourceAttributes, names: readonly string[]): Labels {
  return Object.fromEntries(names.map((name) => [identifier(name), attributes[name] ?? ""]));
}
