import { type Operation, type OperationSample, operationBoundsMs } from "@sluice/component";
import { isoTime } from "@sluice/data";
import type { Facts, Query } from "./facts.ts";
import { type Html, html, linkTo } from "./html.ts";
import { definePage } from "./page.ts";
import { durationText, table } from "./parts.ts";

const path = "/debug/tracez";
/** Upstream's numbers of what a link asks for. */
const KINDS = { running: "0", taken: "1", refused: "2" } as const;

/** One operation with its samples as text. */
export interface ShownOperation extends Omit<Operation, "samples"> {
  readonly samples: readonly ShownSample[];
}
interface ShownSample extends Omit<OperationSample, "at" | "durationMs"> {
  /** RFC 3339. */
  readonly at: string;
  /** To the nanosecond. */
  readonly duration_ms: number;
}

export function showOperation({ samples, ...rest }: Operation): ShownOperation {
  return {
    ...rest,
    samples: samples.map(({ at, durationMs, items, error }) => {
      return { at: isoTime(at), duration_ms: Math.round(durationMs * 1e6) / 1e6, items, error };
    }),
  };
}

export const tracesPage = definePage({
  path,
  title: "Latencies",
  about: "How long handing a batch on takes at each component, what failed, and the last examples of both.",
  data: traceData,
  view({ operations, asked }) {
    if (operations.length === 0) return html`<p>No batch came by yet, at least not since this page began to count.</p>`;
    return html`<p>Batches by how long each component took: a receiver until its batch was taken by all that follows, a processor
or connector including what follows it, an exporter until it had queued or sent the batch. A number leads to its last examples.</p>
${operationsTable(operations)}${asked && samplesView(operations, asked)}`;
  },
});

function traceData(facts: Facts, query: Query) {
  const operations = facts.context.host.operations().map(showOperation);
  const name = query.get("zspanname");
  if (name === null) return { bounds_ms: operationBoundsMs, operations, asked: undefined };
  const asked = { name, refused: query.get("ztype") === KINDS.refused, bucket: bucketOf(query.get("zlatencybucket")) };
  return { bounds_ms: operationBoundsMs, operations, asked };
}

function bucketOf(text: string | null): number | undefined {
  const bucket = Number(text ?? "none");
  return operationBoundsMs[bucket] === undefined ? undefined : bucket;
}

/** Counts by bucket, one row an operation. */
export function operationsTable(operations: readonly ShownOperation[]): Html {
  const head = [
    "Component and signal",
    "Under way",
    ...operationBoundsMs.map((ms) => `≥ ${durationText(ms)}`),
    "Refused",
  ];
  const rows = operations.map(({ name, running, taken, refused }) => [
    html`<code>${name}</code>`,
    running === 0 ? html`<span class="none">0</span>` : running,
    ...taken.map((count, bucket) => countLink(count, name, { ztype: KINDS.taken, zlatencybucket: String(bucket) })),
    html`<span class="bad">${countLink(refused, name, { ztype: KINDS.refused })}</span>`,
  ]);
  return html`<div class="counts">${table(head, rows)}</div>`;
}

function countLink(count: number, name: string, parameters: Readonly<Record<string, string>>): Html {
  if (count === 0) return html`<span class="none">0</span>`;
  return html`<a href="${linkTo(path, { zspanname: name, ...parameters })}#examples">${count}</a>`;
}

interface Asked {
  readonly name: string;
  readonly refused: boolean;
  /** Undefined: all of them. */
  readonly bucket: number | undefined;
}

function samplesView(operations: readonly ShownOperation[], asked: Asked): Html {
  const found = operations.find(({ name }) => name === asked.name);
  const samples = (found?.samples ?? []).filter((sample) => isAskedFor(sample, asked));
  const rows = samples.map(({ at, duration_ms, items, error }) => [at, durationText(duration_ms), items, error ?? ""]);
  return html`<section id="examples"><h2>Last examples of <code>${asked.name}</code>, ${wordsFor(asked)}</h2>
${rows.length === 0 ? html`<p>There are none.</p>` : table(["Began", "Took", "Items", asked.refused ? "Error" : ""], rows)}
</section>`;
}

function isAskedFor({ error, duration_ms }: ShownSample, asked: Asked): boolean {
  if (asked.refused) return error !== undefined;
  const [from, to] = rangeOf(asked.bucket);
  return error === undefined && duration_ms >= from && duration_ms < to;
}

function wordsFor({ refused, bucket }: Asked): string {
  if (refused) return "refused";
  const [from, to] = rangeOf(bucket);
  if (from === 0 && to === Number.POSITIVE_INFINITY) return "taken";
  return to === Number.POSITIVE_INFINITY
    ? `taken within ${durationText(from)} or more`
    : `taken within ${durationText(from)} to ${durationText(to)}`;
}

function rangeOf(bucket: number | undefined): readonly [number, number] {
  if (bucket === undefined) return [0, Number.POSITIVE_INFINITY];
  return [operationBoundsMs[bucket] ?? 0, operationBoundsMs[bucket + 1] ?? Number.POSITIVE_INFINITY];
}
