import { expect, test } from "vitest";
import { readAr, writeAr } from "./ar.ts";
import { type Entry, readTar, writeTar } from "./tar.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const long = `${"folder/".repeat(30)}file`;
const entries: readonly Entry[] = [
  { path: "z/run", mode: 0o755, bytes: bytes("#!/bin/sh\n") },
  { path: "a", mode: 0o644, owner: 65_532, bytes: bytes("") },
  { path: "z/link", mode: 0o777, link: "../a" },
  { path: long, mode: 0o644, bytes: bytes("x".repeat(512)) },
  { path: "far", mode: 0o777, link: long },
  { path: "tmp", mode: 0o1777 },
];

test("what is written is read again, sorted, with the folders above", () => {
  const read = readTar(writeTar(entries, 7));
  const paths = read.map(({ path }) => path);
  expect(paths).toEqual(paths.toSorted());
  for (const entry of entries) expect(read).toContainEqual(expect.objectContaining(entry));
  expect(read).toContainEqual({ path: "z", mode: 0o755, owner: 0 });
});

test("the order of the entries does not matter, their time does", () => {
  const tar = writeTar(entries, 7);
  expect(Buffer.compare(writeTar([...entries].reverse(), 7), tar)).toBe(0);
  expect(Buffer.compare(writeTar(entries, 8), tar)).not.toBe(0);
  expect(tar.length % 512).toBe(0);
});

test("names before which a dot stands lose it", () => {
  expect(readTar(writeTar([{ path: "a/b", mode: 0o644, bytes: bytes("1") }], 0, "./")).map(({ path }) => path)).toEqual(
    ["a", "a/b"],
  );
});

test("ar archives: members of any length, and what is none is refused", () => {
  const members = [
    ["debian-binary", Buffer.from("2.0\n")],
    ["odd", Buffer.from("odd")],
    ["last", Buffer.from("1")],
  ] as const;
  const archive = writeAr(members, 5);
  expect(readAr(archive)).toEqual(members.map(([name, content]) => [name, new Uint8Array(content)]));
  expect(() => readAr(bytes("PK"))).toThrow("expected an ar archive");
  expect(() => readAr(archive.subarray(0, -3))).toThrow("cut off");
});
