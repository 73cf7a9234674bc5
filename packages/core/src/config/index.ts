export { type CheckedComponent, checkComponentConfig } from "./check-component.ts";
export { decoderFor } from "./decode-yaml.ts";
export { type LoadedComponent, type LoadedConfig, type LoadOptions, loadConfig } from "./load.ts";
export type { Path, Place } from "./located.ts";
export { ConfigProblems, formatProblem, formatProblems, type LocatedProblem } from "./problems.ts";
export type { Pipeline } from "./service.ts";
