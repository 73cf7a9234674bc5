/** Batches through the processor, and what came out as short text. */
import type { Consume } from "@sluice/component";
import { asString, type Batch, type Signal } from "@sluice/data";
import { type OpenPart, rowsOf } from "@sluice/lib-attributes";
import { configOf, createContext, createSink, type Sink, type TestContext } from "@sluice/testkit";
import type { Config } from "./config.ts";
import definition from "./index.ts";
import { createProcessor } from "./processor.ts";

/** The processor with this body, in a pipeline of this signal. */
export async function setUp(
  signal: Signal,
  yaml: string,
): Promise<{ consume: Consume; sink: Sink; context: TestContext }> {
  const config = await configOf<Config>(definition, yaml);
  const sink = createSink();
  const context = createContext({ kind: "processor", id: "filter/x", signals: [signal] });
  return { consume: createProcessor(config, context, sink.consume).consume, sink, context };
}

/** Each item meant as its name and, in braces, its values of the attributes `a`; events of a span follow it. */
export function linesOf(batch: Batch): string[] {
  return batch.parts
    .flatMap((part): readonly OpenPart<Signal>[] => (part.form === "wire" ? part.decode() : [part]))
    .flatMap((part) =>
      Array.from(rowsOf(part), (row) => {
        if (part.signal === "metrics") {
          const { catalog, ids } = part.layout;
          return catalog.metric(ids[row]!).name + braces(catalog.attributes(ids[row]!));
        }
        const record = part.record(row);
        if (!("name" in record)) return asString(record.body) + braces(record.attributes);
        return [record.name + braces(record.attributes), ...record.events.map(({ name }) => name)].join("+");
      }),
    );
}

function braces(attributes: readonly { readonly key: string; readonly value: unknown }[]): string {
  const values = attributes.filter(({ key }) => key === "a").map(({ value }) => String(value));
  return values.length === 0 ? "" : `{${values.join()}}`;
}
