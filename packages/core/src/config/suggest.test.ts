import { expect, test } from "vitest";
import { didYouMean, nearest } from "./suggest.ts";

test("the nearest word is found", () => {
  const words = ["send_batch_size", "send_batch_max_size", "timeout", "tls", "headers"];
  const check = (written: string, expected: string | undefined) =>
    expect([written, nearest(written, words)]).toEqual([written, expected]);
  check("send_batch_sise", "send_batch_size");
  check("send-batch-size", "send_batch_size");
  check("sendBatchSize", "send_batch_size");
  check("SEND_BATCH_MAXIMUM_SIZE", "send_batch_max_size");
  check("tiemout", "timeout");
  check("timeuot", "timeout");
  check("timeout_ms", "timeout");
  check("tsl", "tls");
  check("header", "headers");
  check("endpoint", undefined);
  check("x", undefined);
  check("", undefined);
  check("a".repeat(100_000), undefined);
  expect(didYouMean("tsl", words)).toBe('; did you mean "tls"?');
  expect(didYouMean("zzz", words)).toBe("");
});
