import type { Exemplar, WireReader } from "@sluice/data";
import type { WriteVersion } from "@sluice/lib-prometheus";
import type { Budget } from "./budget.ts";
import type { KeyOf2 } from "./key-2.ts";
import { type Reason, readLabel, textOf, type WireLabels } from "./series-labels.ts";
import { readInt64 } from "./wire-sample.ts";

const ID = /^(?!0+$)[0-9a-f]+$/;

/** Reads an exemplar; of 2.0's the symbols are `key`'s. Gives why its series is not right. */
export function readExemplar(
  reader: WireReader,
  version: WriteVersion,
  { key, budget }: { readonly key: KeyOf2; readonly budget: Budget },
): Exemplar | Reason {
  const labels: [string | undefined, string | undefined][] = [];
  const refs: number[] = [];
  let value = 0;
  let ms = 0;
  budget.spend(300);
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x11) value = reader.double();
    else if (tag === 0x18) ms = readInt64(reader);
    else if (version === "1.0" && tag === 0x0a) {
      budget.spend(200);
      labels.push(readLabel(reader));
    } else if (version === "2.0" && (tag === 0x0a || tag === 0x08)) readRefs(reader, tag, refs, budget);
    else reader.skip(tag);
  }
  reader.leave(outer);
  if (refs.length % 2 === 1) return "invalid_reference";
  for (let i = 0; i < refs.length; i += 2) {
    const name = key.view(refs[i]!);
    const text = key.view(refs[i + 1]!);
    if (name === undefined || text === undefined) return "invalid_reference";
    budget.spend(200 + 2 * (name.length + text.length));
    labels.push([textOf(name), textOf(text)]);
  }
  return exemplarOf(labels, value, ms);
}

function readRefs(reader: WireReader, tag: number, refs: number[], budget: Budget): void {
  if (tag === 0x08) {
    refs.push(reader.uint32());
    return;
  }
  const outer = reader.enter();
  while (reader.more()) {
    budget.spend(8);
    refs.push(reader.uint32());
  }
  reader.leave(outer);
}

/** Ids that would be written otherwise than they came (upper case, another length) stay texts. */
function exemplarOf(labels: WireLabels, value: number, ms: number): Exemplar | Reason {
  const attributes: { key: string; value: string }[] = [];
  let traceId: Uint8Array | undefined;
  let spanId: Uint8Array | undefined;
  for (const [key, text] of labels) {
    if (key === undefined || text === undefined) return "invalid_label";
    if (key === "") return "empty_label_name";
    if (key === "trace_id" && text.length === 32 && ID.test(text)) traceId = bytesOf(text);
    else if (key === "span_id" && text.length === 16 && ID.test(text)) spanId = bytesOf(text);
    else if (text !== "") attributes.push({ key, value: text });
  }
  return { slot: 0, value, int: undefined, ms, ns: 0, traceId, spanId, attributes };
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16));
}
