import { gunzipSync } from "node:zlib";
import { bodyLimitExceeded, HttpError } from "./errors.ts";

/** Deflate cannot do better than this. */
const MAX_RATIO = 1032;
const SMALLEST = 1 << 10;

/**
 * Inflates a gzip body. An answer of `limit` bytes or more is refused before more than that is allocated. Synchronous: a page
 * of 200 KB takes a fraction of what a round trip through the thread pool would.
 */
export function gunzip(bytes: Uint8Array, limit: number): Uint8Array {
  try {
    const largest = Math.min(limit - 1, bytes.length * MAX_RATIO);
    const chunkSize = Math.max(SMALLEST, Math.min(claimedSize(bytes) + 1, largest));
    const maxOutputLength = Number.isFinite(limit) ? Math.max(1, limit - 1) : undefined;
    const body = gunzipSync(bytes, { chunkSize, ...(maxOutputLength && { maxOutputLength }) });
    if (body.length >= limit) throw bodyLimitExceeded();
    return body;
  } catch (cause) {
    if ((cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") throw bodyLimitExceeded();
    if (cause instanceof HttpError) throw cause;
    throw new HttpError("encoding", "cannot decode gzip body", { cause });
  }
}

/** The length that gzip's trailer tells (RFC 1952 2.3.1): with it the output is one allocation. Only a hint. */
function claimedSize(bytes: Uint8Array): number {
  if (bytes.length < 18) return 0;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(bytes.length - 4, true);
}
