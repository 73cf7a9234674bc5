// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a configuration look like this.
import { expect, test } from "vitest";
import { hideUrls } from "./hide-urls.ts";

test("a message shows a URL without what may be secret", () => {
  const check = (input: string, expected: string) => expect([input, hideUrls(input)]).toEqual([input, expected]);
  check("no URL", "no URL");
  check("https://host:1/a/b.yaml#x", "https://host:1/a/b.yaml#x");
  check("https://me:hunter2@host/a", "https://[REDACTED]@host/a");
  check("https://hunter2@host/a", "https://[REDACTED]@host/a");
  check("HTTP://me:hunter2@host/a", "HTTP://[REDACTED]@host/a");
  check("https:me:hunter2@host/a", "https:[REDACTED]@host/a");
  check("https://me:hun/ter2@host/a", "https://[REDACTED]@host/a");
  check("https://me:hun?ter2@host/a", "https://[REDACTED]@host/a");
  check("https://host/@scope/a", "https://host/@scope/a");
  check("https://host/a?token=hunter2&x=@", "https://host/a?[REDACTED]");
  check("https://me:hunter2@host/a?token=hunter2#x", "https://[REDACTED]@host/a?[REDACTED]");
  check("${https://me:hunter2@host/a}", "${https://[REDACTED]@host/a}");
  check("${https://host/a?token=hunter2}", "${https://host/a?[REDACTED]}");
  check("${https://h/a}${https://me:hunter2@h/b} x", "${https://h/a}${https://[REDACTED]@h/b} x");
  check("${https://me:${env:PASSWORD}hunter2@h/b}", "${https://[REDACTED]@h/b}");
  check("a https://u:hunter2@h and http://u:hunter2@g", "a https://[REDACTED]@h and http://[REDACTED]@g");
  check('"https://u:hunter2@h"', '"https://[REDACTED]@h"');
});

test("long texts take no long time", () => {
  const long = `https://${"}".repeat(1e6)}x ${"https:".repeat(1e5)}@ https://h?${"}".repeat(1e6)}`;
  expect(hideUrls(long).length).toBeGreaterThan(1e6);
});
