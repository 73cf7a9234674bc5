/** What a pattern found: the whole match and its groups, undefined where a group took no part. */
export interface Match {
  readonly groups: readonly (string | undefined)[];
  /** Places of the named groups. */
  readonly names: ReadonlyMap<string, number>;
}

/** A template read once: literal texts and, between them, the names or numbers of groups. */
export type Template = readonly (string | { readonly group: string | number })[];

/** `$name`, where the name is the longest run of letters, digits and underscores, or `${name}`. */
const REFERENCE = /\$(?:([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\}|(\$))/gu;

/**
 * Reads a replacement as Go's `Regexp.Expand` does: `$1`, `${1}`, `$name`, `${name}`, and `$$` for a dollar sign. `$1x` names
 * the group "1x"; any other dollar sign stands for itself. There is no error.
 */
export function parseTemplate(template: string): Template {
  const parts: (string | { group: string | number })[] = [];
  let at = 0;
  for (const match of template.matchAll(REFERENCE)) {
    if (match.index > at) parts.push(template.slice(at, match.index));
    const name = match[1] ?? match[2];
    if (name === undefined) parts.push("$");
    else parts.push({ group: /^(?:0|[1-9]\d{0,8})$/.test(name) ? Number(name) : name });
    at = match.index + match[0].length;
  }
  if (at < template.length) parts.push(template.slice(at));
  return parts;
}

/** The template with its groups filled in; a group that is unknown or took no part is empty. */
export function expandTemplate(template: Template, { groups, names }: Match): string {
  let text = "";
  for (const part of template) {
    if (typeof part === "string") text += part;
    else text += groups[typeof part.group === "number" ? part.group : (names.get(part.group) ?? -1)] ?? "";
  }
  return text;
}
