import { expect, test } from "vitest";
import { parseIp } from "./ip.ts";
import { environmentProxy, fixedProxy } from "./proxy.ts";

const PROXY = "http://proxy:3128";

/** Whether `url` goes through the proxy with this no_proxy. */
function check(noProxy: string, url: string, expected: boolean): void {
  const proxy = fixedProxy(PROXY, noProxy)(new URL(url));
  expect(proxy !== undefined, `${noProxy} ${url}`).toBe(expected);
}

test("no_proxy", () => {
  check("example.com", "http://example.com/", false);
  check("example.com", "http://a.b.EXAMPLE.com/", false);
  check("example.com", "http://notexample.com/", true);
  check(".example.com", "http://example.com/", true);
  check(".example.com", "http://a.example.com/", false);
  check("*.example.com", "http://example.com/", true);
  check("*.example.com", "http://a.example.com/", false);
  check("example.com:8080", "http://example.com:8080/", false);
  check("example.com:8080", "http://example.com/", true);
  check("example.com:80", "http://example.com/", false);
  check("example.com:443", "https://example.com/", false);
  check(" a.b , example.com ,,", "http://example.com/", false);
  check("*", "http://anything/", false);
  check("other", "http://example.com/", true);
  check("10.0.0.1", "http://10.0.0.1/", false);
  check("10.0.0.1:81", "http://10.0.0.1/", true);
  check("10.0.0.1:81", "http://10.0.0.1:81/", false);
  check("10.0.0.0/9", "http://10.127.255.255/", false);
  check("10.0.0.0/9", "http://10.128.0.0/", true);
  check("10.0.0.0/33", "http://10.0.0.1/", true);
  check("::/0", "http://10.0.0.1/", true);
  check("fd00::/8", "http://[fd12::1]/", false);
  check("fd00::/8", "http://[fe12::1]/", true);
  check("[fd00::1]:81", "http://[fd00::1]:81/", false);
  check("fd00::1", "http://[fd00:0:0::1]/", false);
  check("10.1", "http://10.1.0.1/", true);
});

test("with any no_proxy, this machine is reached directly; without one it is not", () => {
  for (const host of ["localhost", "127.0.0.1", "127.3.2.1", "[::1]"]) {
    check("other", `http://${host}:9090/`, false);
    check("", `http://${host}:9090/`, true);
  }
});

test("the environment", () => {
  const through = (env: Record<string, string>, url: string) => environmentProxy(env)(new URL(url))?.href;
  expect(through({}, "http://a/")).toBe(undefined);
  expect(through({ HTTP_PROXY: "p:1" }, "http://a/")).toBe("http://p:1/");
  expect(through({ HTTP_PROXY: "p:1" }, "https://a/")).toBe(undefined);
  expect(through({ HTTPS_PROXY: "https://p:1" }, "https://a/")).toBe("https://p:1/");
  expect(through({ http_proxy: "p:1" }, "http://a/")).toBe("http://p:1/");
  expect(through({ HTTP_PROXY: "p:1", http_proxy: "q:1" }, "http://a/")).toBe("http://p:1/");
  expect(through({ HTTP_PROXY: "p:1", NO_PROXY: "a" }, "http://a/")).toBe(undefined);
  expect(through({ HTTP_PROXY: "p:1", no_proxy: "a" }, "http://b/")).toBe("http://p:1/");
  expect(through({ HTTP_PROXY: "p:1" }, "http://localhost/")).toBe(undefined);
});

test("a bad proxy URL is told without its credentials", () => {
  expect(() => fixedProxy("ftp://user:secret@p/")).toThrow(
    'unsupported proxy scheme "ftp"; expected http, https, socks5 or socks5h',
  );
  expect(() => fixedProxy("http://user:secret@:x/")).toThrow(
    /^not a proxy URL; expected for example http:\/\/proxy:3128$/,
  );
  expect(() => fixedProxy("http://user:%zz@p/")).toThrow(/^cannot read the user and password of a URL: bad escape$/);
});

test("IP addresses", () => {
  const check6 = (text: string, expected: string | undefined): void =>
    expect(
      parseIp(text)
        ?.map((byte) => byte.toString(16).padStart(2, "0"))
        .join(""),
      text,
    ).toBe(expected);
  check6("1.2.3.4", "01020304");
  check6("1.2.3", undefined);
  check6("1.2.3.256", undefined);
  check6("01.2.3.4", undefined);
  check6("::1", `${"00".repeat(15)}01`);
  check6("::", "00".repeat(16));
  check6("1:2:3:4:5:6:7:8", "00010002000300040005000600070008");
  check6("fe80::1%eth0", `fe80${"00".repeat(13)}01`);
  check6("::ffff:1.2.3.4", "01020304");
  check6("64:ff9b::1.2.3.4", `0064ff9b${"00".repeat(8)}01020304`);
  check6("1::2::3", undefined);
  check6("1:2:3:4:5:6:7", undefined);
  check6("1:2:3:4:5:6:7:8:9", undefined);
  check6("12345::", undefined);
  check6("host", undefined);
});
