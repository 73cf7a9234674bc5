import { concat } from "./tar.ts";

/** A file of an `ar` archive: its name, of at most 15 letters, and its bytes. */
export type Member = readonly [name: string, bytes: Uint8Array];

const MAGIC = "!<arch>\n";
const HEADER = 60;

/** An `ar` archive, which is what holds a Debian package together; `seconds` since 1970 is the time of every member. */
export function writeAr(members: readonly Member[], seconds: number): Uint8Array {
  const parts = members.flatMap(([name, bytes]) => {
    const fields = [name.padEnd(16), String(seconds).padEnd(12), "0     ", "0     ", "100644  "];
    const header = `${fields.join("")}${String(bytes.length).padEnd(10)}\`\n`;
    return [Buffer.from(header, "latin1"), bytes, Buffer.from(bytes.length % 2 === 1 ? "\n" : "")];
  });
  return concat([Buffer.from(MAGIC), ...parts]);
}

/** The members of an `ar` archive, in their order. Throws when it is none. */
export function readAr(archive: Uint8Array): readonly Member[] {
  const text = (from: number, to: number): string => Buffer.from(archive.subarray(from, to)).toString("latin1");
  if (text(0, MAGIC.length) !== MAGIC) throw new Error("expected an ar archive");
  const members: Member[] = [];
  let at = MAGIC.length;
  while (at < archive.length) {
    const size = Number(text(at + 48, at + 58));
    if (!Number.isSafeInteger(size) || at + HEADER + size > archive.length)
      throw new Error("the ar archive is cut off");
    const name = text(at, at + 16)
      .trim()
      .replace(/\/$/, "");
    members.push([name, archive.subarray(at + HEADER, at + HEADER + size)]);
    at += HEADER + size + (size % 2);
  }
  return members;
}
