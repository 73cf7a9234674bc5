import { formatGoDuration, type Kind } from "@sluice/component";
import type { Moment, Shown } from "./facts.ts";
import { type Html, html, linkTo } from "./html.ts";

/** Rows of a name and a value; undefined rows are left out. */
export function properties(rows: readonly (readonly [string, Html | string | number | undefined])[]): Html {
  const shown = rows.filter(([, value]) => value !== undefined);
  return html`<dl>${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** A table that scrolls by itself when it is too wide. */
export function table(head: readonly (Html | string)[], rows: readonly (readonly (Html | string | number)[])[]): Html {
  return html`<div class="wide"><table>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
}

/** A status in words and, for whoever sees it, in colour. */
export function badge(status: Shown["status"]): Html {
  const tone =
    status === "ok" ? "good" : status === "recoverable_error" ? "warn" : status?.endsWith("_error") ? "bad" : "calm";
  return html`<span class="badge ${tone}">${status?.replaceAll("_", " ") ?? "unknown"}</span>`;
}

/** The page of one component within a pipeline, or of an extension. */
export function componentLink(kind: Kind, id: string, pipeline: string): string {
  if (kind === "extension") return linkTo("/debug/extensionz", { extensionnamez: id });
  return linkTo("/debug/pipelinez", { pipelinenamez: pipeline, componentnamez: id, componentkindz: kind });
}

/** A moment for people: "2026-11-20T16:42:02.453Z (21.3s ago)". */
export function momentText(moment: Moment | undefined): Html {
  if (moment === undefined) return html``;
  return html`<time>${moment.at}</time> (${durationText(moment.seconds_ago * 1000)} ago)`;
}

/** How long something lasted or ago it was, short: "350µs", "2.1ms", "100s", "3m20s". */
export function durationText(ms: number): string {
  if (ms < 0) return "0s";
  const step = ms < 0.001 ? 0.0001 : 10 ** (Math.floor(Math.log10(ms)) - 2);
  if (ms < 1000) return formatGoDuration(Math.round(ms / step) * step);
  if (ms < 60_000) return formatGoDuration(Math.round(ms / 100) * 100);
  // One of the bounds of latency, which is no number of minutes.
  if (ms < 120_000) return `${Math.round(ms / 1000)}s`;
  return formatGoDuration(Math.round(ms / 1000) * 1000);
}

/** Bytes for people: "52.4 MiB". */
export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
