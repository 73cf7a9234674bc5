import fc from "fast-check";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import { MAX_DEPTH, WireError, WireReader } from "./index.ts";
import { WireWriter } from "./wire-writer.ts";

function written(write: (writer: WireWriter) => void): Uint8Array {
  const writer = new WireWriter(1);
  write(writer);
  return writer.finish();
}
const uint64 = fc.oneof(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.bigInt({ min: 0n, max: 300n }));
const low = (n: bigint) => Number(n & 0xffff_ffffn);
const high = (n: bigint) => Number((n >> 32n) & 0xffff_ffffn);

test("numbers are written as an independent writer does and read back", () => {
  fc.assert(
    fc.property(uint64, fc.integer(), fc.nat(), fc.double(), (big, int, small, double) => {
      const bytes = written((writer) => {
        writer.varint64(low(big), high(big));
        writer.fixed64(low(big), high(big));
        writer.int64(BigInt.asIntN(64, big));
        writer.sint32(int);
        writer.int32(int);
        writer.uint32(small);
        writer.fixed32(small);
        writer.double(double);
      });
      const text = big.toString();
      const oracle = protobuf.Writer.create()
        .uint64(text as never)
        .fixed64(text as never)
        .int64(BigInt.asIntN(64, big).toString() as never)
        .sint32(int)
        .int32(int)
        .uint32(small)
        .fixed32(small)
        .double(double);
      expect([...bytes]).toEqual([...oracle.finish()]);
      const reader = new WireReader(bytes);
      reader.varint64();
      expect([reader.lo, reader.hi]).toEqual([low(big), high(big)]);
      reader.fixed64();
      expect([reader.lo, reader.hi]).toEqual([low(big), high(big)]);
      expect(reader.int64()).toBe(BigInt.asIntN(64, big));
      expect([reader.sint32(), reader.uint32() | 0, reader.uint32(), reader.fixed32(), reader.double()]).toEqual([
        int,
        int,
        small,
        small,
        double,
      ]);
      expect(reader.more()).toBe(false);
    }),
    { numRuns: 2000 },
  );
});

test("whole numbers as uint64 are exact to 2^53 and drawn to the ends beyond", () => {
  const check = (value: number, expected: bigint) => {
    const bytes = written((writer) => {
      writer.uint64(value);
      writer.fixedUint64(value);
    });
    const reader = new WireReader(bytes);
    for (const read of [() => reader.varint64(), () => reader.fixed64()]) {
      read();
      expect((BigInt(reader.hi) << 32n) | BigInt(reader.lo)).toBe(expected);
    }
  };
  check(0, 0n);
  check(0.9, 0n);
  check(-5, 0n);
  check(Number.NaN, 0n);
  check(2 ** 32, 1n << 32n);
  check(2 ** 53 - 1, (1n << 53n) - 1n);
  check(2 ** 64, (1n << 64n) - 1n);
  check(Number.POSITIVE_INFINITY, (1n << 64n) - 1n);
});

test("text is UTF-8 of any length, and bytes that are not become U+FFFD", () => {
  const round = (text: string) => new WireReader(written((writer) => writer.text(text))).text();
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      expect(round(text)).toBe(text.toWellFormed());
    }),
    { numRuns: 1000 },
  );
  for (const length of [0, 1, 42, 43, 127, 128, 16_383, 16_384]) {
    for (const unit of ["a", "é", "\u{1f600}", "\ud800"])
      expect(round(unit.repeat(length))).toBe(unit.repeat(length).toWellFormed());
  }
  expect(round("\ufeffa")).toBe("\ufeffa");
  expect(new WireReader(Uint8Array.of(2, 0x61, 0xff)).text()).toBe("a\ufffd");
});

test("short texts that share a place in the memory of recent ones are not mixed up", () => {
  const texts = Array.from({ length: 20_000 }, (_, i) => `key${i % 7000}`);
  const bytes = written((writer) => {
    for (const text of texts) writer.text(text);
  });
  const reader = new WireReader(bytes);
  expect(texts.every((text) => reader.text() === text)).toBe(true);
});

test("messages in messages get their length in front, whatever it takes", () => {
  for (const length of [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152]) {
    const body = new Uint8Array(length).fill(7);
    const bytes = written((writer) => {
      const outer = writer.begin();
      const inner = writer.begin();
      writer.raw(body);
      writer.end(inner);
      writer.uint32(9);
      writer.end(outer);
    });
    const reader = new WireReader(bytes);
    const outer = reader.enter();
    expect(reader.view().length).toBe(length);
    expect(reader.uint32()).toBe(9);
    reader.leave(outer);
    expect(reader.more()).toBe(false);
  }
});

test("a writer can be used again, and what it gave away stays", () => {
  const writer = new WireWriter();
  writer.text("first");
  const first = writer.finish();
  writer.reset();
  writer.text("other");
  expect([new WireReader(first).text(), new WireReader(writer.finish()).text()]).toEqual(["first", "other"]);
});

test("every field can be passed over", () => {
  const bytes = [0x08, 0x80, 0x01, 0x11, ...Array(8).fill(0), 0x1a, 2, 1, 2, 0x25, 0, 0, 0, 0];
  const group = [0x2b, 0x08, 5, 0x33, 0x34, 0x2c];
  const reader = new WireReader(Uint8Array.from([...bytes, ...group]));
  const fields: number[] = [];
  while (reader.more()) {
    const tag = reader.tag();
    fields.push(tag >>> 3);
    reader.skip(tag);
  }
  expect(fields).toEqual([1, 2, 3, 4, 5]);
});

test("what is not protobuf is refused with a typed error", () => {
  const check = (bytes: number[], read: (reader: WireReader) => unknown) =>
    expect(() => read(new WireReader(Uint8Array.from(bytes)))).toThrow(WireError);
  const skip = (reader: WireReader) => reader.skip(reader.tag());
  check([], (reader) => reader.tag());
  check([0x00], (reader) => reader.tag());
  check([0x07], (reader) => reader.tag());
  check([0xff], (reader) => reader.uint32());
  check(Array(11).fill(0xff), (reader) => reader.varint64());
  check([...Array(9).fill(0xff), 0x02], (reader) => reader.varint64());
  check([0x80, 0x80, 0x80, 0x80, 0x10], (reader) => reader.tag());
  check([0x80, 0x80, 0x80, 0x80, 0x10], (reader) => reader.view());
  check([5, 1, 2], (reader) => reader.text());
  check([5, 1, 2], (reader) => reader.copy());
  check([5, 1, 2], (reader) => reader.enter());
  check([1, 2, 3], (reader) => reader.fixed32());
  check([1, 2, 3, 4, 5, 6, 7], (reader) => reader.double());
  check([0x0e], skip);
  check([0x0f], skip);
  check([0x0c], skip);
  check([0x0b, 0x14], skip);
  check([0x0b], skip);
  check(Array(1000).fill(0x0b), skip);
});

test("a length that is only claimed allocates nothing, and nesting is bounded", () => {
  const claim = new WireReader(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f));
  expect(() => claim.copy()).toThrow(WireError);
  let nested = new Uint8Array(0);
  for (let i = 0; i <= MAX_DEPTH; i++) nested = Uint8Array.from(written((writer) => writer.blob(nested)));
  const reader = new WireReader(nested);
  for (let i = 0; i < MAX_DEPTH; i++) reader.enter();
  expect(() => reader.enter()).toThrow(WireError);
});

test("a field of a message cannot reach beyond it", () => {
  const reader = new WireReader(Uint8Array.of(3, 0x0a, 5, 1, 2, 3, 4, 5));
  reader.enter();
  reader.tag();
  expect(() => reader.view()).toThrow(WireError);
});
