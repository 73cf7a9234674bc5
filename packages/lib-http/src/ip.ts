/** The 4 or 16 bytes of an IP address as text, or undefined when it is none. An IPv4 address mapped into IPv6 gives its 4. */
export function parseIp(text: string): readonly number[] | undefined {
  const bare = text.split("%", 1)[0]!;
  if (!bare.includes(":")) return parseIpv4(bare);
  const bytes = parseIpv6(bare);
  const mapped = bytes?.slice(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 255));
  return mapped ? bytes!.slice(12) : bytes;
}

function parseIpv4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groups);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (tail === undefined) return head.length === 16 ? head : undefined;
  const gap = 16 - head.length - tail.length;
  return gap >= 2 ? [...head, ...Array.from({ length: gap }, () => 0), ...tail] : undefined;
}

function groups(text: string): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const bytes: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes(".")) {
      const v4 = parseIpv4(part);
      if (v4 === undefined) return undefined;
      bytes.push(...v4);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      const group = Number.parseInt(part, 16);
      bytes.push(group >> 8, group & 255);
    } else {
      return undefined;
    }
  }
  return bytes;
}

/** Whether `ip` lies in the network `prefix`/`bits`; never across families. */
export function inNetwork(ip: readonly number[], prefix: readonly number[], bits: number): boolean {
  if (ip.length !== prefix.length) return false;
  return prefix.every((byte, index) => {
    const mask = (0xff00 >> Math.min(8, Math.max(0, bits - index * 8))) & 255;
    return (byte & mask) === (ip[index]! & mask);
  });
}
