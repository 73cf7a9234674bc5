/** Where something listens: a port at a host, or a socket's path. */
export interface Address {
  /** The port or path: listeners with different ones never clash. */
  readonly key: string;
  /** Lower case; undefined for every host. */
  readonly host: string | undefined;
  /** 4 or 6: only IPv4 or IPv6 addresses are meant; undefined: both, or it is not known. */
  readonly family: 4 | 6 | undefined;
}

/** Reads `host:port` of a network (tcp, tcp4, tcp6), or a socket's path (unix). Undefined for what is no address, and for port 0, which is any free one. */
export function parseListenAddress(text: string, network: string): Address | undefined {
  if (network === "unix") return { key: text, host: undefined, family: undefined };
  const [, ipv6, name = "", digits = ""] = /^(?:\[([^[\]]+)\]|([^:[\]/\s]*)):([0-9]{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port === 0 || port > 65_535) return undefined;
  const key = String(port);
  const written = (ipv6 ?? name).toLowerCase();
  const family = network === "tcp4" ? 4 : network === "tcp6" ? 6 : undefined;
  // As in Go, no host means every address, and so does "::" unless only IPv6 was asked for.
  if (written === "" || /^[0:]*::[0:]*$/.test(written)) return { key, host: undefined, family };
  if (written === "0.0.0.0") return { key, host: undefined, family: 4 };
  if (written === "localhost") return { key, host: family === 6 ? "[::1]" : "127.0.0.1", family: family ?? 4 };
  if (ipv6 !== undefined) return { key, host: shortest(written), family: 6 };
  return { key, host: written, family: /^[0-9.]+$/.test(written) ? 4 : family };
}

/** Whether two listeners with one key cannot both be there. Names of hosts are not resolved: different ones do not clash. */
export function overlaps(a: Address, b: Address): boolean {
  if (a.key !== b.key) return false;
  if (a.family !== undefined && b.family !== undefined && a.family !== b.family) return false;
  return a.host === undefined || b.host === undefined || a.host === b.host;
}

/** One spelling for each IPv6 address. */
function shortest(host: string): string {
  return URL.parse(`http://[${host.replace(/%.*$/, "")}]/`)?.hostname ?? host;
}
