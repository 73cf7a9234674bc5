import type { Kind, PipelineInfo } from "@sluice/component";
import { componentView } from "./extensions.ts";
import { type Facts, operationsOf, type Query, type Shown, showComponent } from "./facts.ts";
import { type Html, html } from "./html.ts";
import { definePage } from "./page.ts";
import { badge, componentLink } from "./parts.ts";
import { operationsTable, showOperation } from "./traces.ts";

export const pipelinesPage = definePage({
  path: "/debug/pipelinez",
  title: "Pipelines",
  about: "Which components batches go through, and how each fares.",
  data: pipelineData,
  view({ pipelines, asked, component }) {
    return html`${asked === undefined ? undefined : askedView(asked, component)}
${pipelines.length === 0 ? html`<p>No pipelines run.</p>` : pipelines.map(pipelineView)}`;
  },
});

interface ShownPipeline {
  readonly id: string;
  readonly signal: string;
  readonly receivers: readonly Shown[];
  readonly processors: readonly Shown[];
  readonly exporters: readonly Shown[];
}

function pipelineData(facts: Facts, query: Query) {
  const pipelines = facts.context.host.pipelines().map((pipeline) => showPipeline(facts, pipeline));
  const name = query.get("componentnamez");
  if (name === null) return { pipelines, asked: undefined, component: undefined };
  const asked = {
    pipeline: query.get("pipelinenamez") ?? "",
    id: name,
    kind: query.get("componentkindz") ?? "",
  };
  const pipeline = pipelines.find(({ id }) => id === asked.pipeline);
  const listed = pipeline && [...pipeline.receivers, ...pipeline.processors, ...pipeline.exporters];
  // A connector may be asked for by the list that it stands in.
  const found = listed?.find(({ kind, id }) => id === asked.id && (kind === asked.kind || kind === "connector"));
  const component = found && { ...found, operations: operationsOf(facts, found.kind, found.id).map(showOperation) };
  return { pipelines, asked, component };
}

function showPipeline(facts: Facts, { id, signal, receivers, processors, exporters }: PipelineInfo): ShownPipeline {
  const show = (kind: Kind, ids: readonly string[]) => ids.map((each) => showComponent(facts, kind, each));
  return {
    id,
    signal,
    receivers: show("receiver", receivers),
    processors: show("processor", processors),
    exporters: show("exporter", exporters),
  };
}

type Asked = NonNullable<ReturnType<typeof pipelineData>["asked"]>;
type Component = ReturnType<typeof pipelineData>["component"];

function askedView({ pipeline, kind, id }: Asked, component: Component): Html {
  if (component === undefined) {
    return html`<p class="note">Pipeline <code>${pipeline}</code> has no ${kind} <code>${id}</code>.</p>`;
  }
  const { operations } = component;
  return componentView(component, operations.length === 0 ? undefined : operationsTable(operations));
}

function pipelineView({ id, receivers, processors, exporters }: ShownPipeline): Html {
  const items = (components: readonly Shown[]): Html => html`${components.map((component) => item(id, component))}`;
  const column = (title: string, list: Html): Html => html`<div class="stage"><h3>${title}</h3>${list}</div>`;
  return html`<section class="card"><h2>${id}</h2><div class="flow">
${column("Receivers", html`<ul>${items(receivers)}</ul>`)}
${processors.length === 0 ? undefined : column("Processors", html`<ol>${items(processors)}</ol>`)}
${column("Exporters", html`<ul>${items(exporters)}</ul>`)}
</div></section>
`;
}

function item(pipeline: string, { kind, id, status }: Shown): Html {
  const role = kind === "connector" ? html` <small>connector</small>` : undefined;
  return html`<li><a href="${componentLink(kind, id, pipeline)}">${id}</a>${role} ${badge(status)}</li>`;
}
