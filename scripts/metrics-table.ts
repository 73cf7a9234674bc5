import type { AnyDefinition, InstrumentOptions, Meter } from "@sluice/component";
import { checkComponentConfig } from "@sluice/core";
import { createContext, createInstance, signalsOf } from "@sluice/testkit";
import { code, table } from "./markdown.ts";

/** The component's own metrics, found by creating it with `yamlText` for its configuration, as a Markdown table. */
export async function metricsTable(definition: AnyDefinition, yamlText: string): Promise<string> {
  const rows = new Map<string, string[]>();
  const context = createContext({
    kind: definition.kind,
    id: definition.type,
    signals: signalsOf(definition),
  });
  const checked = await checkComponentConfig(definition, yamlText, context.env);
  if ("problems" in checked) throw new Error(checked.problems);
  createInstance(definition, checked.config, { ...context, meter: recordingMeter(rows) }, async () => {});
  if (rows.size === 0) return "None of its own.";
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  return table(["Name", "Type", "Unit", "Description"], sorted);
}

function recordingMeter(rows: Map<string, string[]>): Meter {
  const note = (name: string, type: string, { unit, description }: InstrumentOptions): void => {
    rows.set(name, [code(name), type, code(unit), description]);
  };
  return {
    counter(name, options) {
      note(name, "counter", options);
      return { add: () => {} };
    },
    gauge(name, options) {
      note(name, "gauge", options);
      return { set: () => {} };
    },
    observe: (name, options) => note(name, options.type ?? "gauge", options),
    histogram(name, options) {
      note(name, "histogram", options);
      return { record: () => {} };
    },
  };
}
