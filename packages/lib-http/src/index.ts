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
export type { TlsSource } from "./dial.ts";
export { HttpError, type HttpErrorCode } from "./errors.ts";
export type { PoolSettings } from "./pool.ts";
export { environmentProxy, fixedProxy, type ProxyFor } from "./proxy.ts";
