import type { AnyDefinition, Share } from "@sluice/component";
import type { LoadedComponent, LoadedConfig } from "../config/index.ts";
import type { Spread } from "../graph.ts";

type Component = LoadedComponent<AnyDefinition>;
type Pipeline = LoadedConfig<unknown>["pipelines"][number];

/** Of each pipeline that has to stay in one thread why, by its id. All others can run in several threads, each with a share. */
export function whyWhole(config: LoadedConfig<unknown>): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const pipeline of config.pipelines) {
    const reason = ownReason(config, pipeline);
    if (reason !== undefined) reasons.set(pipeline.id, reason);
  }
  // What begins one of these pipelines, or leads from it into another, does the whole of its work everywhere.
  for (;;) {
    const held = new Map<string, string>();
    for (const pipeline of config.pipelines) {
      if (reasons.has(pipeline.id)) for (const id of tiesOf(config, pipeline)) held.set(id, pipeline.id);
    }
    const more = config.pipelines.flatMap((pipeline): readonly (readonly [string, string])[] => {
      const tie = reasons.has(pipeline.id) ? undefined : tiesOf(config, pipeline).find((id) => held.has(id));
      return tie === undefined ? [] : [[pipeline.id, `"${tie}" stands in the pipeline "${held.get(tie)}" too`]];
    });
    if (more.length === 0) return reasons;
    for (const [id, reason] of more) reasons.set(id, reason);
  }
}

function ownReason(config: LoadedConfig<unknown>, { receivers, processors, exporters }: Pipeline): string | undefined {
  for (const id of receivers) {
    const receiver = config.receivers.get(id);
    if (receiver !== undefined && receiver.definition.shares !== true)
      return `the receiver "${id}" does all or nothing`;
  }
  const components = componentsOf(config, { receivers, processors, exporters });
  const extensions = extensionsFor(config, components);
  const single = [...components, ...extensions.map((id) => config.extensions.get(id))].find(
    (component) => component?.definition.isSingle === true,
  );
  return single && `there can be only one ${single.definition.kind} "${single.definition.type}"`;
}

function componentsOf(
  { receivers, processors, exporters, connectors }: LoadedConfig<unknown>,
  pipeline: Pick<Pipeline, "receivers" | "processors" | "exporters">,
): readonly Component[] {
  const found: readonly (Component | undefined)[] = [
    ...pipeline.receivers.map((id) => receivers.get(id) ?? connectors.get(id)),
    ...pipeline.processors.map((id) => processors.get(id)),
    ...pipeline.exporters.map((id) => exporters.get(id) ?? connectors.get(id)),
  ];
  return found.filter((component) => component !== undefined);
}

/** Ids of the extensions that components name, and of those that these depend on. */
function extensionsFor({ extensions }: LoadedConfig<unknown>, components: readonly Component[]): readonly string[] {
  const found = new Set<string>();
  const add = (id: string): void => {
    if (found.has(id)) return;
    found.add(id);
    const extension = extensions.get(id);
    for (const needed of extension?.definition.dependencies?.(extension.config) ?? []) add(needed);
  };
  for (const { marks } of components) for (const { kind, value } of marks) if (kind === "extension") add(value);
  return [...found];
}

/** What leads from one pipeline to another; no connector has the id of a receiver. */
function tiesOf({ connectors }: LoadedConfig<unknown>, { receivers, exporters }: Pipeline): readonly string[] {
  return [...receivers, ...exporters.filter((id) => connectors.has(id))];
}

/**
 * What one of several threads builds of a configuration: the first one everything, the others the pipelines that can be spread, with
 * the extensions that these use. The same configuration when there is one thread.
 */
export function partOf<T>(config: LoadedConfig<T>, share: Share): LoadedConfig<T> & { readonly spread?: Spread } {
  if (share.count === 1) return config;
  const reasons = whyWhole(config);
  const spread = config.pipelines.filter(({ id }) => !reasons.has(id));
  const part = { ...config, spread: { share, pipelines: new Set(spread.map(({ id }) => id)) } };
  if (share.index === 0) return part;
  const wanted = new Set(
    extensionsFor(
      config,
      spread.flatMap((pipeline) => componentsOf(config, pipeline)),
    ),
  );
  return { ...part, pipelines: spread, extensionOrder: config.extensionOrder.filter((id) => wanted.has(id)) };
}
