/**
 * Codecs once the engine has optimised them. V8 14.6 makes wrong code for a cursor in a captured variable that an inner function
 * moves; ours stand in fields. These loops run until hot and count what came out wrong.
 */
import { expect, test } from "vitest";
import {
  createCatalog,
  decodeMetrics,
  encodeMetrics,
  INT,
  layoutOf,
  NUMBER,
  pointsPart,
  timesOf,
  WireReader,
} from "./index.ts";
import { attrs, bitsAt, metricOf, resourceOf } from "./model.testing.ts";
import { WireWriter } from "./wire-writer.ts";

/** Messages of one nested field whose payload is seven bytes: long enough to read, and every length is 7 when read right. */
const MESSAGES = 20_000;
const pattern = Uint8Array.of(0x0a, 0x0b, 0x0a, 0x09, 0x0a, 0x07, 1, 2, 3, 4, 5, 6, 7);
const wire = new Uint8Array(MESSAGES * pattern.length);
for (let i = 0; i < MESSAGES; i++) wire.set(pattern, i * pattern.length);

interface Cursor {
  pos: number;
}
function fieldVarint(cursor: Cursor): number {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = wire[cursor.pos++]!;
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
}
function lengthsByField(): number[] {
  const lengths: number[] = [];
  const cursor: Cursor = { pos: 0 };
  while (cursor.pos < wire.length) {
    cursor.pos++;
    const end = fieldVarint(cursor) + cursor.pos;
    while (cursor.pos < end) {
      cursor.pos++;
      const stop = fieldVarint(cursor) + cursor.pos;
      cursor.pos++;
      lengths.push(fieldVarint(cursor));
      cursor.pos = stop;
    }
  }
  return lengths;
}

let modulePos = 0;
function moduleVarint(): number {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = wire[modulePos++]!;
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
}
function lengthsByModule(): number[] {
  const lengths: number[] = [];
  modulePos = 0;
  while (modulePos < wire.length) {
    modulePos++;
    const end = moduleVarint() + modulePos;
    while (modulePos < end) {
      modulePos++;
      const stop = moduleVarint() + modulePos;
      modulePos++;
      lengths.push(moduleVarint());
      modulePos = stop;
    }
  }
  return lengths;
}

function lengthsByReader(): number[] {
  const lengths: number[] = [];
  const reader = new WireReader(wire);
  while (reader.more()) {
    reader.tag();
    const outer = reader.enter();
    while (reader.more()) {
      reader.tag();
      const inner = reader.enter();
      reader.tag();
      lengths.push(reader.view().length);
      reader.leave(inner);
    }
    reader.leave(outer);
  }
  return lengths;
}

test.each([
  ["a cursor in a field", lengthsByField],
  ["a cursor in a module variable", lengthsByModule],
  ["the wire reader", lengthsByReader],
])("the engine computes right with %s", (_, lengths) => {
  let wrong = 0;
  for (let i = 0; i < 10; i++) {
    const found = lengths();
    if (found.length !== MESSAGES) wrong++;
    for (const length of found) if (length !== 7) wrong++;
  }
  expect(wrong).toBe(0);
});

/** -0, infinities, denormals, and NaNs of several payloads: the stale marker, a quiet one, a negative one. */
const SPECIAL = [
  0x8000000000000000n,
  0x7ff0000000000000n,
  0xfff0000000000000n,
  1n,
  0x7ff0000000000002n,
  0x7ff8000000000001n,
  0xfff4000000000abcn,
];

test("nasty 8: doubles keep every bit through the codec, hot", () => {
  const catalog = createCatalog(resourceOf());
  const count = 700;
  const ids = Int32Array.from({ length: count }, (_, i) =>
    catalog.add({ metric: metricOf("m"), shape: NUMBER, attributes: attrs({ i: String(i % 5) }) }),
  );
  const slots = new Float64Array(count);
  const view = new DataView(slots.buffer);
  for (let i = 0; i < count; i++) view.setBigUint64(8 * i, SPECIAL[i % SPECIAL.length]!, true);
  const part = pointsPart({ layout: layoutOf(catalog, ids), slots, time: timesOf(1) });
  let wrong = 0;
  for (let round = 0; round < 200; round++) {
    const [decoded] = decodeMetrics(encodeMetrics([part]));
    for (let i = 0; i < count; i++)
      if (bitsAt(decoded!.slots, i) !== SPECIAL[i % SPECIAL.length]!.toString(16)) wrong++;
  }
  expect(wrong).toBe(0);
});

test("nasty 8: int64 of every size is exact through the codec, hot", () => {
  const values = [
    0n,
    -1n,
    1n,
    2n ** 53n - 1n,
    2n ** 53n,
    -(2n ** 53n),
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    4294967296n,
  ];
  const catalog = createCatalog(resourceOf());
  const ids = Int32Array.from(values, () => catalog.add({ metric: metricOf("m"), shape: INT, attributes: [] }));
  const wide = new Map(
    values.map((value, slot) => [slot, value] as const).filter(([, value]) => !Number.isSafeInteger(Number(value))),
  );
  const part = pointsPart({
    layout: layoutOf(catalog, ids),
    slots: Float64Array.from(values, Number),
    wide,
    time: timesOf(1),
  });
  let wrong = 0;
  for (let round = 0; round < 3000; round++) {
    const decoded = decodeMetrics(encodeMetrics([part]))[0]!;
    values.forEach((value, slot) => {
      if ((decoded.wide?.get(slot) ?? BigInt(decoded.slots[slot]!)) !== value) wrong++;
    });
  }
  expect(wrong).toBe(0);
});

test("the writer's moved lengths stay right, hot", () => {
  const writer = new WireWriter();
  let wrong = 0;
  for (let round = 0; round < 20_000; round++) {
    writer.reset();
    const outer = writer.begin();
    const inner = writer.begin();
    for (let i = 0; i < round % 200; i++) writer.uint32(5);
    writer.end(inner);
    writer.end(outer);
    const reader = new WireReader(writer.bytes, 0, writer.pos);
    reader.enter();
    if (reader.view().length !== round % 200 || reader.pos !== writer.pos) wrong++;
  }
  expect(wrong).toBe(0);
});
