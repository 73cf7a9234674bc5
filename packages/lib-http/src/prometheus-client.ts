import { prometheusAuth } from "./auth.ts";
import { createHttpClient, type HttpClient, type HttpClientOptions } from "./client.ts";
import type { PrometheusHttpClientConfig } from "./prometheus-config.ts";
import { connectHeaders, proxyFor, tlsOf } from "./prometheus-connection.ts";
import type { AuthContext } from "./secret-source.ts";

/**
 * Makes the client that Prometheus' HTTP keys describe, for all targets of a scrape_config. `headers` (User-Agent, Accept) go
 * with every request; paths of files are relative to `ctx.baseDirectory`. Throws on a bad proxy URL.
 */
export function createPrometheusHttpClient(
  config: PrometheusHttpClientConfig,
  ctx: AuthContext,
  options: Pick<HttpClientOptions, "headers" | "acceptEncoding" | "keepAlive" | "pool" | "socketPath"> = {},
): HttpClient {
  const auth = prometheusAuth(config, ctx);
  const client = createHttpClient({
    ...options,
    env: ctx.env,
    headers: { ...options.headers, ...auth.headers },
    secretHeaders: auth.secretHeaders,
    auth: auth.hook,
    tls: tlsOf(config.tls_config, ctx),
    proxy: proxyFor(config, ctx.env.process.env),
    connectHeaders: connectHeaders(config),
    followRedirects: config.follow_redirects,
    enableHttp2: config.enable_http2,
  });
  return {
    ...client,
    close() {
      client.close();
      auth.close();
    },
  };
}
