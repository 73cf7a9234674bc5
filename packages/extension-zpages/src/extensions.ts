import { type Facts, type Query, type Shown, showComponent } from "./facts.ts";
import { type Html, html } from "./html.ts";
import { definePage } from "./page.ts";
import { badge, componentLink, momentText, properties, table } from "./parts.ts";

export const extensionsPage = definePage({
  path: "/debug/extensionz",
  title: "Extensions",
  about: "What runs beside the pipelines, in the order in which it started.",
  data: extensionData,
  view({ extensions, extension, asked }) {
    const rows = extensions.map(({ id, status, since }) => [
      html`<a href="${componentLink("extension", id, "")}">${id}</a>`,
      badge(status),
      momentText(since),
    ]);
    return html`${asked === undefined ? undefined : extensionView(asked, extension)}
${table(["Extension", "Status", "Since"], rows)}`;
  },
});

function extensionData(facts: Facts, query: Query) {
  const extensions = facts.context.host.extensions().map((id) => showComponent(facts, "extension", id));
  const asked = query.get("extensionnamez") ?? undefined;
  return { extensions, asked, extension: extensions.find(({ id }) => id === asked) };
}

function extensionView(asked: string, found: Shown | undefined): Html {
  if (found === undefined) return html`<p class="note">No extension <code>${asked}</code> runs here.</p>`;
  return componentView(found);
}

/** One component and how it fares, with whatever more there is to say. */
export function componentView({ kind, id, status, since, last_error }: Shown, more?: Html): Html {
  return html`<section class="card"><h2>${kind} <code>${id}</code></h2>
${properties([
  ["Status", badge(status)],
  ["Since", momentText(since)],
  ["Last error", last_error?.text ?? "none"],
  ["Reported", last_error && momentText(last_error)],
])}${more}</section>`;
}
