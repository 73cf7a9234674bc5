import { promisify } from "node:util";
import { gunzip as gunzipCallback, gzip as gzipCallback } from "node:zlib";

const compress = promisify(gzipCallback);
const decompress = promisify(gunzipCallback);

/**
 * Compresses so that the same Node gives the same bytes everywhere: no time, no name of the system. Level 6: level 9 takes twice
 * the time for 0.3 % of Node's size.
 */
export async function gzip(bytes: Uint8Array, level = 6): Promise<Uint8Array> {
  const compressed = await compress(bytes, { level, memLevel: 9 });
  compressed[9] = 255;
  return compressed;
}

/** The reverse. */
export async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  return decompress(bytes);
}
