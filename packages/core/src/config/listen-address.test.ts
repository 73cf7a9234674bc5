import { expect, test } from "vitest";
import { overlaps, parseListenAddress } from "./listen-address.ts";

test("listeners clash at the same port of the same or of every host", () => {
  const check = (expected: boolean, a: string, b: string, networks: readonly [string, string] = ["tcp", "tcp"]) => {
    const [first, second] = [parseListenAddress(a, networks[0])!, parseListenAddress(b, networks[1])!];
    expect([a, b, overlaps(first, second), overlaps(second, first)]).toEqual([a, b, expected, expected]);
  };
  check(true, "localhost:1", "localhost:1");
  check(false, "localhost:1", "localhost:2");
  check(true, "localhost:1", "127.0.0.1:1");
  check(false, "localhost:1", "127.0.0.2:1");
  check(true, "0.0.0.0:1", "127.0.0.1:1");
  check(true, ":1", "host.example:1");
  check(true, ":1", "[::1]:1");
  check(true, "[::]:1", "0.0.0.0:1");
  check(true, "[0:0::0]:1", "127.0.0.1:1");
  check(false, "0.0.0.0:1", "[::1]:1");
  check(true, "[::1]:1", "[0:0:0:0:0:0:0:1]:1");
  check(true, "[FE80::1%eth0]:1", "[fe80::1]:1");
  check(true, "Host.example:1", "host.example:1");
  check(false, "a.example:1", "b.example:1");
  check(false, ":1", ":1", ["tcp4", "tcp6"]);
  check(true, ":1", ":1", ["tcp", "tcp6"]);
  check(true, "localhost:1", "[::1]:1", ["tcp6", "tcp"]);
  check(false, "localhost:1", "127.0.0.1:1", ["tcp6", "tcp"]);
  check(true, "/run/a.sock", "/run/a.sock", ["unix", "unix"]);
  check(false, "/run/a.sock", "/run/b.sock", ["unix", "unix"]);
});

test("what is no address, or any free port, clashes with nothing", () => {
  const check = (text: string) => expect([text, parseListenAddress(text, "tcp")]).toEqual([text, undefined]);
  for (const text of ["", "host", "host:", "host:65536", "::1:1", "host:0", "http://host:1", "host:http"]) check(text);
});
