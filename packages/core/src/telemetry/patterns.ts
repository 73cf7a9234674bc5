/** Whether a name is one of the patterns, in which `*` stands for any characters and `?` for one. */
export function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => matches(pattern, name));
}

/** Goes back to the last star only, so that it takes at most the product of both lengths. */
function matches(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let after = 0;
  for (let i = 0; i < name.length; ) {
    const wanted = pattern[at];
    if (wanted === "*") {
      star = at++;
      after = i;
    } else if (wanted !== undefined && (wanted === "?" || wanted === name[i])) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++after;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
