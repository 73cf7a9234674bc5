import { inNetwork, parseIp } from "./ip.ts";
import { bareHost, loginOf, portOf } from "./url.ts";

/** Chooses the proxy for a request, as Go's httpproxy does; undefined = direct. */
export type ProxyFor = (url: URL) => URL | undefined;

type Matcher = (host: string, ip: readonly number[] | undefined, port: string) => boolean;

/** One proxy for everything but what `noProxy` names. Without `noProxy`, everything: also localhost. Throws on a bad URL. */
export function fixedProxy(proxyUrl: string, noProxy = ""): ProxyFor {
  const proxy = parseProxyUrl(proxyUrl);
  if (noProxy === "") return () => proxy;
  const direct = bypass(noProxy);
  return (url) => (direct(url) ? undefined : proxy);
}

/** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, upper case first. Throws on a bad URL. */
export function environmentProxy(variables: Readonly<Record<string, string | undefined>>): ProxyFor {
  const read = (name: string): string => variables[name] || variables[name.toLowerCase()] || "";
  const http = read("HTTP_PROXY");
  const https = read("HTTPS_PROXY");
  if (http === "" && https === "") return () => undefined;
  const direct = bypass(read("NO_PROXY"));
  const proxies = {
    "http:": http === "" ? undefined : parseProxyUrl(http),
    "https:": https === "" ? undefined : parseProxyUrl(https),
  };
  return (url) => (direct(url) ? undefined : proxies[url.protocol as keyof typeof proxies]);
}

/** "host:port" without a scheme means an HTTP proxy. Throws with a message that never shows the credentials. */
export function parseProxyUrl(text: string): URL {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || url.hostname === "") throw new Error("not a proxy URL; expected for example http://proxy:3128");
  if (!["http:", "https:", "socks5:", "socks5h:"].includes(url.protocol)) {
    throw new Error(`unsupported proxy scheme "${url.protocol.slice(0, -1)}"; expected http, https, socks5 or socks5h`);
  }
  loginOf(url);
  return url;
}

/** Whether a request goes past the proxy: localhost, loopback addresses, and what the list names. */
function bypass(noProxy: string): (url: URL) => boolean {
  const matchers = noProxy
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .map(matcher)
    .filter((match) => match !== undefined);
  return (url) => {
    const host = bareHost(url);
    const ip = parseIp(host);
    if (host === "localhost" || (ip !== undefined && isLoopback(ip))) return true;
    const port = String(portOf(url));
    return matchers.some((match) => match(host, ip, port));
  };
}

const isLoopback = (ip: readonly number[]): boolean =>
  ip.length === 4 ? ip[0] === 127 : ip.every((byte, index) => byte === (index === 15 ? 1 : 0));

/** One entry: `*`, a network, an address, a host with its subdomains, or `.host` / `*.host` for the subdomains only; each but a network with a port if wanted. */
function matcher(entry: string): Matcher | undefined {
  if (entry === "*") return () => true;
  const slash = /^([0-9a-f.:]+)\/([0-9]{1,3})$/.exec(entry);
  const network = slash && parseIp(slash[1]!);
  if (network) {
    const bits = Number(slash[2]);
    if (bits <= network.length * 8) return (_host, ip) => ip !== undefined && inNetwork(ip, network, bits);
  }
  const [name, port] = splitPort(entry);
  if (name === "") return undefined;
  const samePort = (other: string): boolean => port === "" || port === other;
  const address = parseIp(name);
  if (address !== undefined) {
    return (_host, ip, other) => ip !== undefined && inNetwork(ip, address, address.length * 8) && samePort(other);
  }
  const pattern = name.startsWith("*.") ? name.slice(1) : name;
  const suffix = pattern.startsWith(".") ? pattern : `.${pattern}`;
  const itself = pattern === suffix ? undefined : pattern;
  return (host, _ip, other) => (host.endsWith(suffix) || host === itself) && samePort(other);
}

/** "host:port" and "[::1]:80" in two; an IPv6 address alone has no port. */
function splitPort(entry: string): readonly [string, string] {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::([0-9]*))?$/.exec(entry);
  return match === null ? [entry, ""] : [match[1] ?? match[2] ?? "", match[3] ?? ""];
}
