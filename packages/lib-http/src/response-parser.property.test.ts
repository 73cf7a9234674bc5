import fc from "fast-check";
import { expect, test } from "vitest";
import { HttpError } from "./errors.ts";
import { ResponseParser } from "./response-parser.ts";

const LIMIT = 4096;
const MAX_BUFFER = 64 << 10;

interface Answer {
  readonly wire: Buffer;
  readonly status: number;
  readonly body: Buffer;
}

const bodies = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const headers = fc.array(fc.tuple(fc.stringMatching(/^X-[A-Za-z0-9-]{1,10}$/), fc.stringMatching(/^[!-~]{0,20}$/)), {
  maxLength: 5,
});

const answers: fc.Arbitrary<Answer> = fc
  .record({
    body: bodies,
    headers,
    status: fc.integer({ min: 200, max: 599 }),
    form: fc.constantFrom("length", "chunked"),
    cuts: fc.array(fc.integer({ min: 1, max: 50 })),
    lf: fc.boolean(),
  })
  .map(({ body, headers: more, status, form, cuts, lf }) => {
    const eol = lf ? "\n" : "\r\n";
    const empty = status === 204 || status === 304;
    const framing = form === "length" ? `Content-Length: ${body.length}` : "Transfer-Encoding: chunked";
    const lines = [
      `HTTP/1.1 ${status} Some Text`,
      ...more.map(([name, value]) => `${name}: ${value}`),
      framing,
      "",
      "",
    ];
    const content = empty ? Buffer.alloc(0) : form === "length" ? body : chunked(body, cuts);
    return {
      wire: Buffer.concat([Buffer.from(lines.join(eol)), content]),
      status,
      body: empty ? Buffer.alloc(0) : body,
    };
  });

function chunked(body: Buffer, cuts: readonly number[]): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const size of [...cuts, body.length]) {
    const part = body.subarray(from, from + size);
    from += part.length;
    if (part.length > 0) parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

/** Cuts at the given places, which wrap around. */
function pieces(wire: Buffer, sizes: readonly number[]): Buffer[] {
  const result: Buffer[] = [];
  for (let from = 0, index = 0; from < wire.length; index++) {
    const size = sizes.length === 0 ? wire.length : sizes[index % sizes.length]!;
    result.push(wire.subarray(from, from + size));
    from += size;
  }
  return result;
}

test("an answer reads the same however it is cut, and a parser can be used again", () => {
  const parser = new ResponseParser();
  fc.assert(
    fc.property(answers, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }), (answer, sizes) => {
      parser.start({ method: "GET", limit: LIMIT, truncate: false, scratch: undefined });
      let taken = 0;
      for (const piece of pieces(answer.wire, sizes)) taken += parser.feed(piece);
      expect(parser.done).toBe(true);
      expect(taken).toBe(answer.wire.length);
      expect(parser.status).toBe(answer.status);
      expect(Buffer.from(parser.takeBody()).equals(answer.body)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

const mutations = fc.array(
  fc.record({
    at: fc.nat(),
    kind: fc.constantFrom("set", "insert", "delete", "repeat"),
    byte: fc.oneof(fc.constantFrom(10, 13, 32, 58, 48, 59), fc.integer({ min: 0, max: 255 })),
  }),
  { minLength: 1, maxLength: 6 },
);

test("a broken answer ends in an answer or a typed error, with bounded memory", () => {
  fc.assert(
    fc.property(
      answers,
      mutations,
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }),
      (answer, changes, sizes) => {
        let wire = answer.wire;
        for (const { at, kind, byte } of changes) {
          const index = at % (wire.length + 1);
          const after = kind === "set" || kind === "delete" ? index + 1 : index;
          const put = kind === "delete" ? [] : kind === "repeat" ? [...wire.subarray(index, index + 20)] : [byte];
          wire = Buffer.concat([wire.subarray(0, index), Buffer.from(put), wire.subarray(after)]);
        }
        const scratch = { bytes: new Uint8Array(0) };
        const parser = new ResponseParser();
        parser.start({ method: "GET", limit: LIMIT, truncate: false, scratch });
        try {
          for (const piece of pieces(wire, sizes)) parser.feed(piece);
          if (!parser.done) parser.end();
          expect(parser.takeBody().length).toBeLessThan(LIMIT);
        } catch (error) {
          expect(error).toBeInstanceOf(HttpError);
        }
        expect(scratch.bytes.length).toBeLessThanOrEqual(MAX_BUFFER);
      },
    ),
    { numRuns: 2000 },
  );
});
