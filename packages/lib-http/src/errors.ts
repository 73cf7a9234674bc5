/** Why a request brought no answer. */
export type HttpErrorCode =
  | "timeout"
  | "aborted"
  | "closed"
  | "connect"
  | "connection"
  | "protocol"
  | "body_limit"
  | "encoding"
  | "redirect"
  | "auth"
  | "request";

/** A request that brought no usable answer. All of them may be tried again, except code "request" (cannot be sent at all). */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly code: HttpErrorCode;
  constructor(code: HttpErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The text both worlds show when the time for a request is over. */
export const deadlineExceeded = (): HttpError => new HttpError("timeout", "context deadline exceeded");

/** The text both worlds show when a body is too large. */
export const bodyLimitExceeded = (): HttpError => new HttpError("body_limit", "body size limit exceeded");
