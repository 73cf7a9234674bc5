/** What a target can do that means harm: where each case of the list is tried. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** By number: what the target does, and pieces of the files that try it. */
const CASES: Readonly<
  Record<string, { readonly what: string; readonly tried: Readonly<Record<string, readonly string[]>> }>
> = {
  S1: {
    what: "streams for ever",
    tried: { "test/e2e/hostile.ts": ["endless_page", "endless_line", "endless_head", "protobuf_endless"] },
  },
  S2: { what: "answers byte by byte, or never", tried: { "test/e2e/hostile.ts": ["slow_drip", "no_answer"] } },
  S3: {
    what: "compression that explodes, or is nested",
    tried: { "test/e2e/hostile.ts": ["gzip_bomb", "gzip_in_gzip", "unknown_encoding"] },
  },
  S4: {
    what: "too many lines, labels, bytes",
    tried: {
      "test/e2e/security.test.ts": ["many_labels", "long_label", "many_samples", "a million new series at once"],
      "packages/receiver-prometheus/src/hostile-targets.test.ts": ["S4: "],
    },
  },
  S5: {
    what: "the same series twice",
    tried: {
      "packages/receiver-prometheus/src/hostile-targets.test.ts": ["S5: "],
      "packages/receiver-prometheus/src/nasty.test.ts": ["nasty 4: "],
    },
  },
  S6: {
    what: "odd numbers",
    tried: {
      "packages/receiver-prometheus/src/hostile-targets.test.ts": ["S6: "],
      "packages/receiver-prometheus/src/nasty.test.ts": ["NaN on the page is a value, never a stale marker"],
    },
  },
  S7: {
    what: "line ends, marks, NUL, broken UTF-8, no end",
    tried: { "packages/lib-prometheus/src/page-vectors.test.ts": ["pages that Prometheus has judged"] },
  },
  S8: {
    what: "protobuf that is deep, empty, endless, or lies about lengths",
    tried: {
      "packages/lib-prometheus/src/protobuf-hostile.test.ts": [
        "a million families that say nothing",
        "groups in groups",
        "lengths that lie",
      ],
      "test/e2e/hostile.ts": ["protobuf_nested", "protobuf_cut"],
    },
  },
  S9: {
    what: "histograms that explode",
    tried: {
      "packages/lib-prometheus/src/protobuf-hostile.test.ts": [
        "spans far apart",
        "more buckets than there are",
        "a page of many wide histograms",
      ],
      "test/e2e/security.test.ts": ["buckets_far_apart", "many_buckets"],
    },
  },
  S10: {
    what: "content types that lie",
    tried: {
      "packages/receiver-prometheus/src/hostile-targets.test.ts": ["S10: "],
      "test/e2e/hostile.ts": ["text_as_protobuf", "protobuf_as_text", "html:", "binary:"],
    },
  },
  S11: {
    what: "new series at every scrape",
    tried: {
      "packages/receiver-prometheus/src/page-churn.test.ts": ["what is held stays bounded"],
      "packages/receiver-prometheus/src/native-histograms.test.ts": ["bounds that change on each page do not pile up"],
    },
  },
  S12: {
    what: "labels of others, and of prototypes",
    tried: { "packages/receiver-prometheus/src/hostile-targets.test.ts": ["S12: "] },
  },
  S13: {
    what: "many targets that are slow",
    tried: { "packages/receiver-prometheus/src/hostile-targets.test.ts": ["S13: "] },
  },
  S14: {
    what: "patterns that backtrack",
    tried: {
      "packages/receiver-prometheus/src/hostile-targets.test.ts": ["S14: "],
      "packages/lib-prometheus/src/regex-property.test.ts": [
        "what is given to the native engine finishes on long texts",
      ],
    },
  },
  S15: {
    what: "relabelling that takes all, or makes one of two",
    tried: { "packages/receiver-prometheus/src/hostile-targets.test.ts": ["S15: "] },
  },
};

test.each(Object.entries(CASES))("%s is tried", (_, { what, tried }) => {
  expect(what).not.toBe("");
  for (const [file, pieces] of Object.entries(tried)) {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
    for (const piece of pieces) expect(text.includes(piece), `${file}: ${piece}`).toBe(true);
  }
});
test("there are fifteen", () => {
  expect(Object.keys(CASES)).toEqual(Array.from({ length: 15 }, (_, at) => `S${at + 1}`));
});
