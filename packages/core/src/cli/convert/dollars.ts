/**
 * Doubles each "$" that a collector's expansion would otherwise take for its own, here or in a distribution that knows the form
 * `$NAME` too: before a name, a digit, "{" or one of a shell's signs, and where several stand together. `foo$|bar` stays as it is.
 */
export function doubleDollars(text: string): string {
  return text.replaceAll(
    /(\$+)(?=([A-Za-z0-9_{*#@!?-])?)/g,
    (dollars: string, _run: string, next: string | undefined) =>
      dollars.length > 1 || next !== undefined ? dollars + dollars : dollars,
  );
}
