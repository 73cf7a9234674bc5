/** Gives `; did you mean "x"?` for the candidate nearest to what was written, or "" when none is near. */
export function didYouMean(written: string, candidates: Iterable<string>): string {
  const best = nearest(written, candidates);
  return best === undefined ? "" : `; did you mean "${best}"?`;
}

/** The candidate with the smallest edit distance, if it is small for the length; case, "-" and "_" count for nothing. */
export function nearest(written: string, candidates: Iterable<string>): string | undefined {
  const from = fold(written);
  if (from.length > maxLength) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(from.length / 3)) + 1;
  for (const candidate of [...candidates].slice(0, maxCandidates)) {
    const to = fold(candidate);
    if (Math.abs(to.length - from.length) >= bestDistance) continue;
    const distance = editDistance(from, to);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Longer words are no typing mistakes, and the distance costs length squared. */
const maxLength = 100;
/** Nobody has more keys or ids; a hostile configuration has. */
const maxCandidates = 500;

function fold(text: string): string {
  return text.toLowerCase().replaceAll(/[-_]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours, one each. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length]!;
}
