export {
  type Args,
  type CliOptions,
  type Command,
  type CommandIo,
  type ListedCommand,
  UsageError,
} from "./cli/command.ts";
export { componentSchema } from "./cli/editor/component.ts";
export { runCli } from "./cli/index.ts";
export { type Collector, type CollectorOptions, createCollector } from "./collector.ts";
export { type ComponentOptions, createComponent, type LoneDefinition } from "./component-alone.ts";
export {
  type CheckedComponent,
  ConfigProblems,
  type Converter,
  checkComponentConfig,
  checkEnvironment,
  decoderFor,
  defaultProviders,
  formatOrigin,
  formatProblem,
  formatProblems,
  type LoadedComponent,
  type LoadedConfig,
  type LoadOptions,
  type Located,
  type LocatedProblem,
  loadConfig,
  type OldForm,
  type Origin,
  oldForms,
  originOf,
  type Path,
  type Pipeline,
  type Place,
  type Provider,
  type Providers,
  type Retrieved,
  setToUri,
} from "./config/index.ts";
export type { Definitions, LazyDefinition } from "./definitions.ts";
export { createFeatureGates, type FeatureGates } from "./feature-gates.ts";
export { type Action, type InstanceStep, type PipelineStep, planReload, type ReloadPlan } from "./plan.ts";
export { formatPlan } from "./plan-text.ts";
export type { ReloadResult } from "./reload.ts";
