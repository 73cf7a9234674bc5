export { type Account, expectAccounting } from "./accounting.ts";
export {
  arbitraryAttributes,
  arbitraryLogsBatch,
  arbitraryMetricsBatch,
  arbitraryTracesBatch,
} from "./arbitraries.ts";
export {
  type AttributeRecord,
  attributesOf,
  type BatchOptions,
  logsBatch,
  metricsBatch,
  type PointSpec,
  resourceOf,
  scopeOf,
  tracesBatch,
} from "./batches.ts";
export { checkComponent } from "./check-component.ts";
export type { CheckOptions } from "./check-world.ts";
export { configOf } from "./config-of.ts";
export {
  type ContextOptions,
  createContext,
  type LogLine,
  type RecordingLogger,
  type RecordingMeter,
  type TestContext,
} from "./context.ts";
export { createInstance, signalsOf } from "./create-instance.ts";
export { type CertificateFixture, certificates, freePort, listen, temporaryFolder } from "./real.ts";
export type { SimulatedFiles } from "./sim-files.ts";
export type { Fault, Side } from "./sim-link.ts";
export type { RawListener, RawOptions, SimulatedNetwork } from "./sim-network.ts";
export type { SimulatedProcess } from "./sim-process.ts";
export type { SimulatedClock } from "./sim-time.ts";
export { createSimulation, type Simulation } from "./simulation.ts";
export { createSink, type Sink } from "./sink.ts";
export { type ProcessOptions, type RunningProcess, startProcess } from "./start-process.ts";
export { type WaitOptions, waitFor } from "./wait-for.ts";
