import type { Address } from "@sluice/component";

/** "host:port" (an IPv6 host in brackets) or the path of a Unix socket. */
export function addressText(address: Address): string {
  if ("path" in address) return address.path;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
