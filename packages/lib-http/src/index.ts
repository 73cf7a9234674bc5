export { gzipped } from "./answer-encoding.ts";
export type { Scratch } from "./body.ts";
export {
  createHttpClient,
  type HttpAnswer,
  type HttpClient,
  type HttpClientOptions,
  type HttpClientRequest,
  type PreparedRequest,
  type SendOptions,
} from "./client.ts";
export {
  type ConfiguredClient,
  createClient,
  type HttpClientConfig,
  type HttpClientDefaults,
  httpClientProperties,
  type PostRequest,
  validateHttpClient,
} from "./client-config.ts";
export type { TlsSource } from "./dial.ts";
export { HttpError, type HttpErrorCode } from "./errors.ts";
export type { PoolSettings } from "./pool.ts";
export { checkPrometheusHttpClientFiles, validatePrometheusHttpClient } from "./prometheus-check.ts";
export { createPrometheusHttpClient } from "./prometheus-client.ts";
export { type PrometheusHttpClientConfig, prometheusHttpClientProperties } from "./prometheus-config.ts";
export { environmentProxy, fixedProxy, type ProxyFor } from "./proxy.ts";
export { serve } from "./serve.ts";
export {
  type HttpServerConfig,
  type HttpServerDefaults,
  httpServerProperties,
  validateHttpServer,
} from "./server-config.ts";
export { createServing, type Serving } from "./serving.ts";
export { errorOfAnswer, retryAfter, type StatusRules } from "./status.ts";
export { hideLogin } from "./url.ts";
