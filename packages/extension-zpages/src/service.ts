import type { PipelineInfo } from "@sluice/component";
import { type Facts, type Shown, showStatus } from "./facts.ts";
import { html } from "./html.ts";
import { definePage } from "./page.ts";
import { badge, bytesText, componentLink, durationText, momentText, properties, table } from "./parts.ts";
import { processFacts } from "./process-facts.ts";

export const servicePage = definePage({
  path: "/debug/servicez",
  title: "Service",
  about: "What runs here, since when, with how much memory, and which components report an error.",
  data: serviceData,
  view({ build, runtime, components, troubled }) {
    const { memory } = runtime;
    return html`<h2>Health</h2>
${
  troubled.length === 0
    ? html`<p>${badge("ok")} None of the ${components.total} components reports an error.</p>`
    : html`<p>${troubled.length} of ${components.total} components report an error:</p>
${table(["Component", "Status", "Since", "Last error"], troubled.map(troubleRow))}`
}
<h2>Build</h2>
${properties([
  ["Command", build.command],
  ["Description", build.description],
  ["Version", build.version],
])}
<h2>Runtime</h2>
${properties([
  ["Started", runtime.started_at],
  ["Uptime", durationText(runtime.uptime_seconds * 1000)],
  ["CPU time", durationText(runtime.cpu_seconds * 1000)],
  ["Process", `${runtime.pid} on ${runtime.hostname}`],
  ["Runs on", runtime.runs_on],
])}
<h2>Memory</h2>
${properties([
  ["Resident", bytesText(memory.resident_bytes)],
  ["Heap in use", `${bytesText(memory.heap_used_bytes)} of at most ${bytesText(memory.heap_limit_bytes)}`],
  ["Heap reserved", bytesText(memory.heap_total_bytes)],
  ["Outside the heap", bytesText(memory.external_bytes)],
])}`;
  },
});

function serviceData(facts: Facts) {
  const { context, statuses } = facts;
  const all = statuses.all();
  const troubled = all
    .filter(({ status }) => status.endsWith("_error"))
    .map((status) => ({ ...showStatus(facts, status), pipeline: pipelineOf(facts, status.id) }));
  return {
    build: context.build,
    runtime: processFacts(context),
    components: { total: all.length, troubled: troubled.length },
    troubled,
  };
}

/** The first pipeline that names it; "" for an extension. */
function pipelineOf({ context }: Facts, id: string): string {
  const names = ({ receivers, processors, exporters }: PipelineInfo) => [...receivers, ...processors, ...exporters];
  return context.host.pipelines().find((pipeline) => names(pipeline).includes(id))?.id ?? "";
}

function troubleRow({ kind, id, pipeline, status, since, last_error }: Shown & { readonly pipeline: string }) {
  return [
    html`${kind} <a href="${componentLink(kind, id, pipeline)}">${id}</a>`,
    badge(status),
    momentText(since),
    last_error?.text ?? "",
  ];
}
