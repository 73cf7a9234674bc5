import { isIP } from "node:net";
import type { ConnectionOptions, SecureContext, TlsOptions } from "node:tls";
import type { TlsClientOptions, TlsServerOptions } from "@sluice/component";

/** Node's TLS, loaded when first used: it takes 4 MB. */
export const nodeTls = () => process.getBuiltinModule("node:tls");

/** A client that is slower than this over its handshake is not served. */
const HANDSHAKE_MS = 10_000;

/** Reading some hundred certificates costs milliseconds: once for each options object, not for each connection. */
const contexts = new WeakMap<TlsClientOptions, SecureContext>();

/** Node's options for a connection to `host`. */
export function tlsClientOptions(host: string, options: TlsClientOptions): ConnectionOptions {
  const name = options.serverName ?? host;
  return {
    secureContext: contextOf(options),
    // An IP address may not stand in SNI, and is still what the certificate is checked for.
    servername: isIP(name) === 0 ? name : "",
    checkServerIdentity: (_name, certificate) => nodeTls().checkServerIdentity(name, certificate),
    rejectUnauthorized: options.insecureSkipVerify !== true,
    ...(options.alpn && { ALPNProtocols: [...options.alpn] }),
  };
}

function contextOf(options: TlsClientOptions): SecureContext {
  const known = contexts.get(options);
  if (known !== undefined) return known;
  const context = nodeTls().createSecureContext({ ca: rootsOf(options), ...common(options) });
  contexts.set(options, context);
  return context;
}

/** Images without certificates of their own fall back to those that come with Node. */
function rootsOf({ ca, systemCa }: TlsClientOptions): string[] {
  if (ca !== undefined && systemCa !== true) return [...ca];
  const system = nodeTls().getCACertificates("system");
  return [...(system.length > 0 ? system : nodeTls().getCACertificates("bundled")), ...(ca ?? [])];
}

/** Node's options for a TLS server that speaks HTTP/1.1. */
export function tlsServerOptions(options: TlsServerOptions): TlsOptions {
  return {
    ...common(options),
    ALPNProtocols: ["http/1.1"],
    handshakeTimeout: HANDSHAKE_MS,
    ...(options.clientCa && { ca: [...options.clientCa], requestCert: true, rejectUnauthorized: true }),
  };
}

function common(options: TlsClientOptions | TlsServerOptions) {
  const { cert, key, minVersion, maxVersion, ciphers, curves } = options;
  return {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(minVersion && { minVersion }),
    ...(maxVersion && { maxVersion }),
    ...(ciphers && { ciphers: ciphers.join(":") }),
    ...(curves && { ecdhCurve: curves.join(":") }),
  };
}
