import { constants, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";

/** What this library compresses with; the key is also what stands in Content-Encoding. */
export const COMPRESSIONS = ["gzip", "zlib", "deflate", "zstd"] as const;
/** One of `COMPRESSIONS`. */
export type Compression = (typeof COMPRESSIONS)[number];

/** Compresses a body. `level` 0 is the usual level; validated by `levelProblem`. "deflate" is the zlib format, as upstream has it. */
export function compress(body: Uint8Array, compression: Compression, level: number): Uint8Array {
  if (compression === "zstd") {
    const params = level === 0 ? undefined : { [constants.ZSTD_c_compressionLevel]: zstdLevel(level) };
    return zstdCompressSync(body, { ...(params && { params }) });
  }
  const strategy = level === -2 ? constants.Z_HUFFMAN_ONLY : constants.Z_DEFAULT_STRATEGY;
  const options = { level: level > 0 ? level : constants.Z_DEFAULT_COMPRESSION, strategy };
  return compression === "gzip" ? gzipSync(body, options) : deflateSync(body, options);
}

/** What is wrong with a level, or undefined. */
export function levelProblem(compression: string, level: number): string | undefined {
  if (compression === "zstd") return undefined;
  const deflate = compression === "gzip" || compression === "zlib" || compression === "deflate";
  const valid = deflate ? level >= -2 && level <= 9 : level === 0;
  const expected = deflate ? "-2 (Huffman only), -1 or 0 (default), or 1 to 9" : "0: this compression has no levels";
  return valid ? undefined : `found ${level}, expected ${expected}`;
}

/** Upstream's encoder knows four levels, named 1, 3, 6 and 11; anything else means the nearest below. */
function zstdLevel(level: number): number {
  if (level < 3) return 1;
  if (level < 6) return 3;
  return level < 10 ? 6 : 11;
}
