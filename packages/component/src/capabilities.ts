/**
 * What extensions can offer to other components, by name. An interface stands here; the implementation in an extension package.
 */
export interface Capabilities {
  /** Adds credentials to an outgoing HTTP request. */
  readonly httpClientAuth: HttpClientAuth;
}

export interface HttpClientAuth {
  /** Gives the headers to add or replace for this request, just before it is sent (again, at a retry). */
  headers(request: {
    readonly method: string;
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array | undefined;
  }): Promise<Readonly<Record<string, string>>>;
}
