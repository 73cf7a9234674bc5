/**
 * Stands for the "%" of a variable of vmagent, `%{NAME}`, until the text is done: vmagent replaces those before it reads YAML, so
 * they may stand where YAML has no place for "%".
 */
const mark = "\uE000";

export function markVariables(text: string): string {
  return text.replaceAll(/%(?=\{[A-Za-z_]\w*\})/g, mark);
}
export function hasVariables(text: string): boolean {
  return text.includes(`${mark}{`);
}
/** Makes references of marked variables. */
export function toReferences(text: string): string {
  return text.replaceAll(/\uE000\{(\w+)\}/g, (_written, name: string) => `\${env:${name}}`);
}

/**
 * Doubles each "$" that a collector's expansion would otherwise take for its own, here or in a distribution that knows the form
 * `$NAME` too: before a name, a digit, "{" or one of a shell's signs, and where several stand together. `foo$|bar` stays as it is.
 */
export function doubleDollars(text: string): string {
  return text.replaceAll(
    /(\$+)(?=([A-Za-z0-9_{*#@!?\uE000-])?)/g,
    (dollars: string, _run: string, next: string | undefined) =>
      dollars.length > 1 || next !== undefined ? dollars + dollars : dollars,
  );
}
