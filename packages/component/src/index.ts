export type { Capabilities, HttpClientAuth } from "./capabilities.ts";
export { configChanges } from "./compare.ts";
export {
  type AnyDefinition,
  type BuildInfo,
  type CheckContext,
  type ConnectorDefinition,
  type Consume,
  type Context,
  defineConnector,
  defineExporter,
  defineExtension,
  defineProcessor,
  defineReceiver,
  type ExporterDefinition,
  type Extension,
  type ExtensionDefinition,
  type FeatureGate,
  type Host,
  type Kind,
  type Lifecycle,
  type Operation,
  type OperationSample,
  type Outputs,
  operationBoundsMs,
  type PipelineInfo,
  type ProcessorDefinition,
  type ReceiverDefinition,
  type Route,
  type Stability,
  type Status,
  type StatusEvent,
  type Updatable,
  type Update,
} from "./component.ts";
export {
  formatGoDuration,
  formatPrometheusDuration,
  parseGoDuration,
  parsePrometheusDuration,
  parsePrometheusSize,
} from "./duration.ts";
export type {
  Address,
  Clock,
  Connection,
  Env,
  Files,
  Http2Session,
  HttpHandler,
  HttpListener,
  HttpRequest,
  HttpResponse,
  HttpServerOptions,
  Net,
  Process,
  Random,
  Timer,
  Timers,
  TlsClientOptions,
  TlsServerOptions,
  TlsVersion,
} from "./env.ts";
export { ConfigError, PermanentError, type Problem, RetryLaterError } from "./errors.ts";
export { type Decoded, type JsonSchema, type ObjectSchema, type Schema, t } from "./schema.ts";
export { Secret } from "./secret.ts";
export type { Counter, Fields, Gauge, Histogram, InstrumentOptions, Labels, Logger, Meter } from "./telemetry.ts";
export type { Port, Share, Thread, Threads } from "./threads.ts";
