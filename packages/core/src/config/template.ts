/** A piece of a scalar: final text, or a reference whose name may hold references itself. */
export type Part = string | Reference;
export interface Reference {
  readonly parts: readonly Part[];
}

/**
 * Cuts a scalar at its `${...}`. A reference ends at the first "}" behind it, so the innermost is found first. An even number of
 * "$" before "{" escapes it, and each pair of "$" is one: `$${X}` is the text `${X}`, `$$${X}` is "$" and a reference. What has
 * no end is text. An escaped reference does not hide the ones after it.
 */
export function parseTemplate(text: string): readonly Part[] {
  if (!text.includes("$")) return [text];
  const open: Part[][] = [[]];
  let position = 0;
  for (const match of text.matchAll(/(\$+)(\{?)|\}/g)) {
    const current = open.at(-1)!;
    current.push(text.slice(position, match.index));
    position = match.index + match[0].length;
    const dollars = match[1]?.length ?? 0;
    const opens = match[2] === "{" && dollars % 2 === 1;
    if (dollars > 0) {
      current.push("$".repeat(opens ? (dollars - 1) / 2 : Math.ceil(dollars / 2)));
      if (opens) open.push([]);
      else current.push(match[2]!);
    } else if (open.length === 1) current.push("}");
    else {
      open.pop();
      open.at(-1)!.push({ parts: joinText(current) });
    }
  }
  open.at(-1)!.push(text.slice(position));
  while (open.length > 1) {
    const unclosed = open.pop()!;
    open.at(-1)!.push("${");
    for (const part of unclosed) open.at(-1)!.push(part);
  }
  return joinText(open[0]!);
}

/** Joins neighbouring texts and drops empty ones, so that a scalar that is one reference has one part. */
function joinText(parts: readonly Part[]): readonly Part[] {
  const joined: Part[] = [];
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") text += part;
    else {
      if (text !== "") joined.push(text);
      text = "";
      joined.push(part);
    }
  }
  if (text !== "" || joined.length === 0) joined.push(text);
  return joined;
}
