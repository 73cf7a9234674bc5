import type { AnyDefinition, Route } from "@sluice/component";
import type { Signal } from "@sluice/data";
import { article, type Section, sections } from "./catalog.ts";
import { findCircles, type Node } from "./circles.ts";
import type { Components } from "./components.ts";
import type { Spot } from "./pick.ts";
import type { Report } from "./problems.ts";
import { type ConnectorUse, type Pipeline, signals } from "./service.ts";

/** What the pipelines and their connectors are checked by. */
export interface GraphCheck {
  readonly components: ReadonlyMap<Section, Components>;
  readonly definitions: ReadonlyMap<Section, ReadonlyMap<string, AnyDefinition>>;
  readonly pipelines: readonly Pipeline[];
  /** Every place where a pipeline names a connector. */
  readonly uses: readonly ConnectorUse[];
  readonly report: Report;
}

/** The uses of one connector. */
interface Connector {
  readonly routes: readonly Route[];
  readonly uses: readonly ConnectorUse[];
}

/** Reports ids that could mean two components, connectors that lead nowhere, and pipelines that feed each other in a circle. */
export function checkGraph(check: GraphCheck): void {
  reportAmbiguous(check);
  const uses = Map.groupBy(check.uses, ({ connector }) => connector);
  const connectors = new Map<string, Connector>();
  for (const [id, definition] of check.definitions.get("connectors") ?? []) {
    if (definition.kind === "connector") connectors.set(id, { routes: definition.routes, uses: uses.get(id) ?? [] });
  }
  for (const [id, connector] of connectors) reportDeadEnds(id, connector, check.report);
  reportCircles(check, connectors);
}

/** An id in a pipeline's list must mean one component. */
function reportAmbiguous({ components, report }: GraphCheck): void {
  for (const [id, { body }] of components.get("connectors")!.known) {
    for (const section of ["receivers", "exporters"] as const) {
      const other = components.get(section)!.known.get(id);
      if (other === undefined) continue;
      const { place } = other.body;
      const where = `in ${place.source === body.place.source ? "" : `${place.source}, `}line ${place.line}`;
      const message = `"${id}" is also the id of the ${sections[section]} ${where}; give one of them another name`;
      report({ severity: "error", place: body.place, path: body.path, message });
    }
  }
}

/** Every use of a connector needs one on its other side, with a signal that it can lead to or from there. */
function reportDeadEnds(id: string, { routes, uses }: Connector, report: Report): void {
  const can = routes.map(({ from, to }) => `${from} to ${to}`).join(", ");
  const signalsOf = (as: ConnectorUse["as"]) =>
    new Set(uses.filter((use) => use.as === as).map(({ signal }) => signal));
  const across = { exporters: signalsOf("receivers"), receivers: signalsOf("exporters") };
  for (const [index, { as, signal, spot }] of uses.entries()) {
    const { place, path } = spot;
    const fail = (message: string) =>
      report({ severity: "error", place, path, message: `the connector "${id}" ${message}; it leads ${can}` });
    const other = article(as === "exporters" ? "receiver" : "exporter");
    const partners = partnersOf(routes, as === "exporters", signal);
    if (partners.length === 0) fail(`does not ${as === "exporters" ? "take" : "give"} ${signal}`);
    else if (across[as].size === 0) {
      if (index === 0) fail(`is ${other} of no pipeline, expected it there too`);
    } else if (!partners.some((partner) => across[as].has(partner))) {
      fail(`is ${other} of no pipeline of ${partners.join(" or ")}`);
    }
  }
}

/** The signals at the other side of a connector that takes (or gives) this one. */
function partnersOf(routes: readonly Route[], takes: boolean, signal: Signal): readonly Signal[] {
  return signals.filter((partner) =>
    routes.some(({ from, to }) => (takes ? from === signal && to === partner : to === signal && from === partner)),
  );
}

/** A pipeline, or what a connector takes of one signal; a way is made by the place in a pipeline's list. */
type Step = Node<Spot>;

function reportCircles({ pipelines, report }: GraphCheck, connectors: ReadonlyMap<string, Connector>): void {
  for (const { by, chain } of findCircles(drawGraph(pipelines, connectors))) {
    const message = `pipelines feed each other in a circle: ${chain}`;
    report({ severity: "error", place: by.place, path: by.path, message });
  }
}

/** Gives the pipelines, from which every connector is reached. */
function drawGraph(pipelines: readonly Pipeline[], connectors: ReadonlyMap<string, Connector>): Iterable<Step> {
  const byId = new Map<string, Step>(pipelines.map(({ id }) => [id, { name: id, ways: [] }]));
  for (const [id, { routes, uses }] of connectors) {
    for (const signal of signals) {
      const taken: Step = { name: id, ways: [] };
      const partners = partnersOf(routes, true, signal);
      for (const use of uses) {
        const pipeline = byId.get(use.pipeline)!;
        if (use.as === "exporters" && use.signal === signal) pipeline.ways.push({ to: taken, by: use.spot });
        if (use.as === "receivers" && partners.includes(use.signal)) taken.ways.push({ to: pipeline, by: use.spot });
      }
    }
  }
  return byId.values();
}
