export { type CheckedComponent, checkComponentConfig } from "./check-component.ts";
export { decoderFor } from "./decode-yaml.ts";
export { type LoadedComponent, type LoadedConfig, type LoadOptions, loadConfig } from "./load.ts";
export type { Located, LocatedEntry, LocatedList, LocatedMap, LocatedScalar, Path, Place, Position } from "./located.ts";
export { formatOrigin, type Origin, originOf } from "./origin.ts";
export { ConfigProblems, formatProblem, formatProblems, type LocatedProblem } from "./problems.ts";
export { defaultProviders, type Provider, type Providers, type Retrieved } from "./providers.ts";
export type { Pipeline } from "./service.ts";
export { setToUri } from "./set.ts";
