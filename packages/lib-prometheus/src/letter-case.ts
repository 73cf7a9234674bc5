/** Go's upper and lower case: each character by itself, one for one (Unicode's simple mappings), in no language. */

/** The text in lower case. */
export function toLower(text: string): string {
  return map(text, (character) => {
    const lower = character.toLowerCase();
    // İ alone has a longer form in JavaScript.
    return isOne(lower) ? lower : "i";
  });
}

/** The text in upper case; `ß` and ligatures stay as they are. */
export function toUpper(text: string): string {
  return map(text, (character) => {
    const upper = character.toUpperCase();
    return isOne(upper) ? upper : simpleUpper(character);
  });
}

/** Of the letters whose full mapping is longer, only the Greek ones with iota below have a simple one. */
function simpleUpper(character: string): string {
  const point = character.codePointAt(0)!;
  if (point >= 0x1f80 && point <= 0x1faf && (point & 8) === 0) return String.fromCodePoint(point + 8);
  return point === 0x1fb3 || point === 0x1fc3 || point === 0x1ff3 ? String.fromCodePoint(point + 9) : character;
}

const isOne = (text: string): boolean => text.length === 1 || (text.length === 2 && text.codePointAt(0)! > 0xffff);

function map(text: string, change: (character: string) => string): string {
  let changed = "";
  for (const character of text) changed += change(character);
  return changed;
}
