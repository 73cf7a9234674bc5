/** A file, link or folder of an archive. */
export interface Entry {
  /** From the root, without a slash before it or behind it. */
  readonly path: string;
  /** The lower twelve bits, such as 0o644. */
  readonly mode: number;
  /** The number of the user and of the group that own it; 0 when not said. */
  readonly owner?: number;
  /** A file's bytes; or else where a link leads; a folder has neither. */
  readonly bytes?: Uint8Array;
  readonly link?: string;
}

const BLOCK = 512;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A tar archive that depends on nothing but what is in it and `seconds`, the time of every file since 1970: entries by path, names
 * and owners by number. The folders above an entry are added where they are missing (mode 755).
 */
export function writeTar(entries: readonly Entry[], seconds: number, prefix = ""): Uint8Array {
  const parts = withFolders(entries).flatMap((entry) => {
    const { bytes = new Uint8Array() } = entry;
    const padding = new Uint8Array(-bytes.length & (BLOCK - 1));
    return [headersOf(entry, seconds, prefix), bytes, padding];
  });
  return concat([...parts, new Uint8Array(2 * BLOCK)]);
}

/** Entries by path, with every folder on the way to them. */
export function withFolders(entries: readonly Entry[]): readonly Entry[] {
  const all = new Map<string, Entry>();
  for (const { path } of entries) {
    const names = path.split("/");
    for (let i = 1; i < names.length; i++) {
      const folder = names.slice(0, i).join("/");
      all.set(folder, { path: folder, mode: 0o755 });
    }
  }
  for (const entry of entries) all.set(entry.path, entry);
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Names beyond what the header holds stand in an extended one before it (POSIX pax). */
function headersOf(entry: Entry, seconds: number, prefix: string): Uint8Array {
  const isFolder = entry.bytes === undefined && entry.link === undefined;
  const path = `${prefix}${entry.path}${isFolder ? "/" : ""}`;
  const { link = "", mode, owner = 0, bytes } = entry;
  const kind = isFolder ? "5" : bytes === undefined ? "2" : "0";
  const own = headerOf({ path, link, mode, owner, size: bytes?.length ?? 0, kind, seconds });
  const long = { ...(isLong(path) && { path }), ...(isLong(link) && { linkpath: link }) };
  if (Object.keys(long).length === 0) return own;
  const records = encoder.encode(Object.entries(long).map(paxRecord).join(""));
  const said = { path: "PaxHeader", link: "", mode: 0o644, owner: 0, size: records.length, kind: "x", seconds };
  return concat([headerOf(said), records, new Uint8Array(-records.length & (BLOCK - 1)), own]);
}

function isLong(name: string): boolean {
  return encoder.encode(name).length > 100;
}

/** The length at the beginning counts itself. */
function paxRecord([key, value]: readonly [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  const size = encoder.encode(rest).length;
  const digits = String(size + String(size).length).length;
  return `${size + digits}${rest}`;
}

interface Header {
  readonly path: string;
  readonly link: string;
  readonly mode: number;
  readonly owner: number;
  readonly size: number;
  readonly kind: string;
  readonly seconds: number;
}

function headerOf({ path, link, mode, owner, size, kind, seconds }: Header): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string, width: number): void => block.set(encoder.encode(text).subarray(0, width), at);
  const octal = (at: number, value: number, width: number): void =>
    put(at, `${value.toString(8).padStart(width - 1, "0")}\0`, width);
  put(0, path, 100);
  octal(100, mode, 8);
  octal(108, owner, 8);
  octal(116, owner, 8);
  octal(124, size, 12);
  octal(136, seconds, 12);
  put(148, "        ", 8);
  put(156, kind, 1);
  put(157, link, 100);
  put(257, "ustar\u000000", 8);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `, 8);
  return block;
}

/** The entries of an archive as tar and dpkg write it; hard links and devices are left out. */
export function readTar(archive: Uint8Array): readonly Entry[] {
  const entries: Entry[] = [];
  const long: { path?: string; link?: string } = {};
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0; ) {
    const { path, kind, size, link, ...rest } = readHeader(archive.subarray(at, at + BLOCK));
    const bytes = archive.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const named = long.path ?? path;
    const entry = { path: named.replace(/^(\.?\/)+|\/$/g, ""), ...rest };
    if (kind === "L") long.path = untilZero(bytes);
    else if (kind === "K") long.link = untilZero(bytes);
    else if (kind === "x") Object.assign(long, readPax(decoder.decode(bytes)));
    else {
      if (kind === "0") entries.push({ ...entry, bytes });
      if (kind === "2") entries.push({ ...entry, link: long.link ?? link });
      if (kind === "5") entries.push(entry);
      delete long.path;
      delete long.link;
    }
  }
  return entries;
}

function readHeader(block: Uint8Array): Omit<Header, "seconds"> {
  const text = (offset: number, width: number): string => untilZero(block.subarray(offset, offset + width));
  const octal = (offset: number, width: number): number => Number.parseInt(text(offset, width).trim() || "0", 8);
  const prefix = text(257, 6) === "ustar" && text(345, 155) !== "" ? `${text(345, 155)}/` : "";
  return {
    path: prefix + text(0, 100),
    mode: octal(100, 8) & 0o7777,
    owner: octal(108, 8),
    size: octal(124, 12),
    kind: text(156, 1) || "0",
    link: text(157, 100),
  };
}

function readPax(records: string): { path?: string; link?: string } {
  const path = /^\d+ path=(.*)$/m.exec(records)?.[1];
  const link = /^\d+ linkpath=(.*)$/m.exec(records)?.[1];
  return { ...(path !== undefined && { path }), ...(link !== undefined && { link }) };
}

function untilZero(bytes: Uint8Array): string {
  return decoder.decode(bytes).replace(/\0.*$/s, "");
}

/** One list of bytes of several. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
