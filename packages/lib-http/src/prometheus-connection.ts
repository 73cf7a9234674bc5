import type { TlsSource } from "./dial.ts";
import type { PrometheusTlsConfig, ProxyConfig } from "./prometheus-config.ts";
import { environmentProxy, fixedProxy, type ProxyFor } from "./proxy.ts";
import type { AuthContext } from "./secret-source.ts";
import { PROMETHEUS_TLS_VERSIONS } from "./tls-names.ts";
import { tlsSource } from "./tls-source.ts";

/** TLS as `tls_config` says; files are read at each connection attempt. */
export function tlsOf(tls: PrometheusTlsConfig, { env, baseDirectory }: AuthContext): TlsSource {
  return tlsSource(env, baseDirectory, {
    ca: { pem: tls.ca, file: tls.ca_file },
    cert: { pem: tls.cert, file: tls.cert_file },
    key: { pem: tls.key?.reveal() ?? "", file: tls.key_file },
    fixed: {
      serverName: tls.server_name || undefined,
      insecureSkipVerify: tls.insecure_skip_verify,
      minVersion: PROMETHEUS_TLS_VERSIONS[tls.min_version],
      maxVersion: PROMETHEUS_TLS_VERSIONS[tls.max_version],
    },
    reloadMs: 0,
  });
}

/** The proxy keys. Throws on a bad URL. */
export function proxyFor(config: ProxyConfig, variables: Readonly<Record<string, string | undefined>>): ProxyFor {
  if (config.proxy_from_environment) return environmentProxy(variables);
  return config.proxy_url === "" ? () => undefined : fixedProxy(config.proxy_url, config.no_proxy);
}

/** What goes to the proxy with CONNECT. */
export function connectHeaders({ proxy_connect_header }: ProxyConfig): Record<string, string> {
  return Object.fromEntries(
    Object.entries(proxy_connect_header).map(([name, values]) => [
      name,
      values.map((value) => value.reveal()).join(", "),
    ]),
  );
}
