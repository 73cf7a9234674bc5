import { WireError } from "@sluice/data";
import { SnappyError } from "@sluice/lib-prometheus";
import { metricsBatch } from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeWhole } from "./decode.testing.ts";
import { RequestEncoder } from "./request-encoder.ts";
import { c, g, histogram, native } from "./sender-cases.testing.ts";
import { downgraded, requestBody2 } from "./transcode.ts";

const naming = {
  strategy: "suffixes",
  namespace: "",
  externalLabels: [],
  isConstantLabel: () => false,
  scopeLabels: false,
  targetInfo: false,
} as const;
const encoder = new RequestEncoder(naming, 3e6, undefined, 3, "2.0");
const [item] = encoder.encode(metricsBatch([c("c"), g(1), histogram, native]), "2.0 ").items as [never];

test("bytes that are not ours any more are errors, never something else", () => {
  const { body } = item as { body: Uint8Array };
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(body.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }), (edits) => {
      const bytes = body.slice();
      for (const [at, byte] of edits) bytes[at] = byte;
      const bad = { ...(item as object), body: bytes } as never;
      for (const read of [() => downgraded(bad, 1000), () => requestBody2([bad, item], 1)]) {
        try {
          read();
        } catch (error) {
          expect(error instanceof WireError || error instanceof SnappyError).toBe(true);
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test("an item may be read again, however often it was sent", () => {
  const before = decodeWhole([item]);
  requestBody2([item], 1);
  requestBody2([item, item], 1);
  expect(decodeWhole([item])).toEqual(before);
  expect(decodeWhole([item, item])).toEqual([...before, ...before]);
});

test("as 1.0 no request is larger than it may be, in bytes of UTF-8, unless it is one series", () => {
  const points = Array.from({ length: 30 }, (_, i) => ({
    name: "m",
    value: i,
    attributes: { k: "\u540d".repeat(10 + i), n: i },
  }));
  const [wide] = encoder.encode(metricsBatch(points), "2.0 ").items as [never];
  for (const maxBytes of [1000, 300, 20]) {
    const items = downgraded(wide, maxBytes);
    const sizes = items.filter((each) => each.items > 1).map(({ rawBytes }) => rawBytes);
    expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(maxBytes);
    expect(items.flatMap((each) => decodeWhole([each]))).toEqual(
      decodeWhole([wide]).map((each) => ({ ...each, startMs: 0 })),
    );
  }
});
