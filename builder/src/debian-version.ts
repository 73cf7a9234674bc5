/** Which of two versions of Debian packages is newer, by the rules of Debian Policy 5.6.12: negative when it is `b`. */
export function compareDebianVersions(a: string, b: string): number {
  const [epochA, upstreamA, revisionA] = split(a);
  const [epochB, upstreamB, revisionB] = split(b);
  return epochA - epochB || comparePart(upstreamA, upstreamB) || comparePart(revisionA, revisionB);
}

function split(version: string): readonly [epoch: number, upstream: string, revision: string] {
  const [, epoch = "0", rest = ""] = /^(?:(\d+):)?(.*)$/s.exec(version) ?? [];
  const dash = rest.lastIndexOf("-");
  return dash === -1 ? [Number(epoch), rest, ""] : [Number(epoch), rest.slice(0, dash), rest.slice(dash + 1)];
}

/** Text and numbers in turns. */
function comparePart(a: string, b: string): number {
  const [partsA, partsB] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.max(partsA.length, partsB.length); i++) {
    const [x = "", y = ""] = [partsA[i], partsB[i]];
    const order = i % 2 === 1 ? Number(x) - Number(y) : compareText(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

/** A text, a number, a text and so on; the first text may be empty. */
function partsOf(part: string): readonly string[] {
  const parts = part.match(/\D+|\d+/g) ?? [];
  return /^\d/.test(part) ? ["", ...parts] : parts;
}

/** Letter by letter: a tilde before the end, the end before letters, letters before all else. */
function compareText(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = weigh(a[i]) - weigh(b[i]);
    if (order !== 0) return order;
  }
  return 0;
}
function weigh(letter: string | undefined): number {
  if (letter === undefined) return 0;
  if (letter === "~") return -1;
  return /[a-z]/i.test(letter) ? letter.charCodeAt(0) : letter.charCodeAt(0) + 256;
}
