const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Short texts repeat (attribute keys, methods, units): remembering the last of each hash is three times faster and shares them. */
const SHORT = 24;
const PLACES = 1024;
const recent: string[] = Array.from({ length: PLACES }, () => "");

/** The text in `bytes[start, end)`; what is not UTF-8 becomes U+FFFD. Holds on to nothing of `bytes`. */
export function textAt(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length === 0) return "";
  if (length > SHORT) return decoder.decode(bytes.subarray(start, end));
  let hash = length;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
  const known = recent[place]!;
  if (known.length === length && isAt(known, bytes, start)) return known;
  const text = decoder.decode(bytes.subarray(start, end));
  recent[place] = text;
  return text;
}

function isAt(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
