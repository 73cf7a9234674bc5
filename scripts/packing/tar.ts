import { gzipSync } from "node:zlib";

/** A file of an archive. */
export interface TarFile {
  /** At most 100 bytes, with "/" between folders. */
  readonly path: string;
  readonly data: string | Buffer;
  readonly executable?: boolean;
}

const BLOCK = 512;
/** npm's own date for everything it packs: the same files are the same bytes. */
const MODIFIED = 499_162_500;

/** A gzipped tar of these files; the same files give the same bytes. */
export function tarball(files: readonly TarFile[]): Buffer {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const blocks = sorted.flatMap((file) => {
    const data = Buffer.from(file.data);
    return [header(file, data.length), data, Buffer.alloc(-data.length & (BLOCK - 1))];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 });
}

function header({ path, executable = false }: TarFile, size: number): Buffer {
  if (Buffer.byteLength(path) > 100) throw new Error(`cannot pack "${path}": its path is longer than 100 bytes`);
  const bytes = Buffer.alloc(BLOCK);
  bytes.write(path, 0);
  writeOctal(bytes, 100, 8, executable ? 0o755 : 0o644);
  writeOctal(bytes, 108, 8, 0);
  writeOctal(bytes, 116, 8, 0);
  writeOctal(bytes, 124, 12, size);
  writeOctal(bytes, 136, 12, MODIFIED);
  // The sum is taken with blanks where it will stand.
  bytes.fill(" ", 148, 156);
  bytes.write("0", 156);
  bytes.write("ustar\x0000", 257);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  writeOctal(bytes, 148, 7, sum);
  return bytes;
}

function writeOctal(bytes: Buffer, at: number, length: number, value: number): void {
  bytes.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at);
}
