import { expect, test } from "vitest";
import { hideLogin } from "./url.ts";

test("a login is hidden wherever it may stand, and nothing else", () => {
  const check = (url: string, expected: string) => expect([url, hideLogin(url)]).toEqual([url, expected]);
  check("http://host:80/path?to=a@b", "http://host:80/path?to=a@b");
  check("http://me:hunter2@host/path", "http://[REDACTED]@host/path");
  check("http://me@host/path", "http://[REDACTED]@host/path");
  check("http://:hunter2@host/path", "http://[REDACTED]@host/path");
  check("HTTP://me:hun@ter@2@host", "HTTP://[REDACTED]@host");
  check("htp://me:hun/ter2@host", "htp://[REDACTED]@host");
  check("me:hunter2@host/path", "[REDACTED]@host/path");
  check("me:hun\nter2@host", "[REDACTED]@host");
  check("http://me:hunter2@host:port", "http://[REDACTED]@host:port");
  check("host:9090/path", "host:9090/path");
});
