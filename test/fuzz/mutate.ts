import type { Parser } from "./parser.ts";
import { maxInput } from "./parser.ts";

/** Random numbers of a seed (mulberry32). */
export function createRandom(seed: number): () => number {
  const state = { at: seed | 0 };
  return () => {
    state.at = (state.at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state.at ^ (state.at >>> 15), 1 | state.at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const encoder = new TextEncoder();
/** Bytes at which readers turn: ends, signs, lengths, first bytes of long characters. */
const edges = [0, 1, 2, 0x0a, 0x0d, 0x20, 0x22, 0x5c, 0x7f, 0x80, 0xbf, 0xc0, 0xed, 0xef, 0xf4, 0xfe, 0xff];

/** Some changes to one input, pieces of others among them. */
export function mutate(pool: readonly Uint8Array[], words: Parser["words"], random: () => number): Uint8Array {
  const below = (count: number): number => Math.floor(random() * count);
  const one = <T>(list: readonly T[]): T => list[below(list.length)]!;
  let input = one(pool);
  for (let left = 1 + below(random() < 0.2 ? 16 : 4); left > 0; left--) {
    const at = below(input.length + 1);
    const length = below(random() < 0.8 ? 8 : Math.min(input.length + 1, 400));
    const other = one(pool);
    const kinds: readonly (() => Uint8Array)[] = [
      () => splice(input, at, 1, Uint8Array.of(below(256))),
      () => splice(input, at, 1, Uint8Array.of(one(edges))),
      () => splice(input, at, 0, Uint8Array.of(one(edges))),
      () => splice(input, at, 1, Uint8Array.of((input[at] ?? 0) ^ (1 << below(8)))),
      () => splice(input, at, 1, Uint8Array.of(((input[at] ?? 0) + (random() < 0.5 ? 1 : 255)) & 255)),
      () => splice(input, at, length, new Uint8Array(0)),
      () => splice(input, at, 0, input.slice(at, at + length)),
      () => splice(input, below(input.length + 1), 0, input.slice(at, at + length)),
      () => splice(input, at, random() < 0.5 ? 0 : length, encoder.encode(words.length > 0 ? one(words) : "")),
      () => splice(input, at, 0, encoder.encode(words.length > 0 ? one(words) : "")),
      () => splice(input, at, length, other.slice(below(other.length + 1)).subarray(0, 400)),
      () => splice(input, at, input.length, other.slice(below(other.length + 1))),
      () => input.slice(0, at),
      () => (random() < 0.05 ? repeated(input.slice(at, at + 1 + length), 1 + below(4000)) : input),
    ];
    input = one(kinds)().subarray(0, maxInput);
  }
  return input;
}

function splice(input: Uint8Array, at: number, cut: number, put: Uint8Array): Uint8Array {
  const end = Math.min(input.length, at + cut);
  const result = new Uint8Array(at + put.length + input.length - end);
  result.set(input.subarray(0, at));
  result.set(put, at);
  result.set(input.subarray(end), at + put.length);
  return result;
}

function repeated(piece: Uint8Array, times: number): Uint8Array {
  const result = new Uint8Array(Math.min(maxInput, piece.length * times));
  for (let at = 0; at < result.length; at++) result[at] = piece[at % piece.length]!;
  return result;
}
