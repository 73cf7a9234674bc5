import type { AnyDefinition, Consume, Context, Lifecycle, Outputs, Updatable } from "@sluice/component";
import type { Signal } from "@sluice/data";

/** The signals that a component takes or, as a receiver, gives; none of an extension. */
export function signalsOf(definition: AnyDefinition): readonly Signal[] {
  if (definition.kind === "connector") return [...new Set(definition.routes.map(({ from }) => from))];
  return definition.kind === "extension" ? [] : (definition.signals as readonly Signal[]);
}

/** Creates an instance of any kind. All that goes out goes to `next`, from a connector through one pipeline a signal that it can feed. */
export function createInstance(
  definition: AnyDefinition,
  config: unknown,
  context: Context,
  next: Consume,
): Lifecycle & Updatable<unknown> & { readonly consume?: Consume } {
  switch (definition.kind) {
    case "receiver":
    case "processor":
      return definition.create(config, context, next);
    case "connector":
      return definition.create(config, context, outputsTo(new Set(definition.routes.map(({ to }) => to)), next));
    default:
      return definition.create(config, context);
  }
}

function outputsTo(signals: ReadonlySet<Signal>, next: Consume): Outputs {
  return {
    to: (signal) => (signals.has(signal) ? next : undefined),
    pipelines: new Map([...signals].map((signal) => [signal, { signal, consume: next }])),
  };
}
