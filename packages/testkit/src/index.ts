export type { SimulatedFiles } from "./sim-files.ts";
export type { Fault, Side } from "./sim-link.ts";
export type { RawOptions, SimulatedNetwork } from "./sim-network.ts";
export type { SimulatedProcess } from "./sim-process.ts";
export type { SimulatedClock } from "./sim-time.ts";
export { createSimulation, type Simulation } from "./simulation.ts";
