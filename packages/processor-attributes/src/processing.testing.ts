/** Batches through the processor, and what came out as short text. */
import type { Consume } from "@sluice/component";
import { type AttributeValue, asString, type Batch, type MetricsPart, type Signal } from "@sluice/data";
import type { OpenPart } from "@sluice/lib-attributes";
import { configOf, createContext, createSink, type Sink } from "@sluice/testkit";
import type { Config } from "./config.ts";
import definition from "./index.ts";
import { createProcessor } from "./processor.ts";

/** The processor with this body, in a pipeline of this signal. */
export async function setUp(signal: Signal, yaml: string): Promise<{ consume: Consume; sink: Sink }> {
  const config = await configOf<Config>(definition, yaml);
  const sink = createSink();
  const context = createContext({ kind: "processor", id: "attributes", signals: [signal] });
  return { consume: createProcessor(config, context, sink.consume).consume, sink };
}

/** Each item meant as `name{key=value,...}`, in order. */
export function linesOf(batch: Batch): string[] {
  return batch.parts
    .flatMap((part): readonly OpenPart<Signal>[] => (part.form === "wire" ? part.decode() : [part]))
    .flatMap((part) => {
      if (part.signal === "metrics") return pointLines(part);
      const rows = part.rows ?? Array.from({ length: part.index.length / 3 }, (_, row) => row);
      return Array.from(rows, (row) => {
        const record = part.record(row);
        return line("name" in record ? record.name : asString(record.body), record.attributes);
      });
    });
}

function pointLines({ layout: { catalog, ids }, rows }: MetricsPart): string[] {
  const meant = rows ?? ids.map((_, row) => row);
  return Array.from(meant, (row) => line(catalog.metric(ids[row]!).name, catalog.attributes(ids[row]!)));
}

function line(name: string, attributes: readonly { readonly key: string; readonly value: AttributeValue }[]): string {
  return `${name}{${attributes.map(({ key, value }) => `${key}=${asString(value)}`).join()}}`;
}
