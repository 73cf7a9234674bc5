/** A text as a message may show it: HTTP URLs in it without user, password and query, which may all be secrets. */
export function hideUrls(text: string): string {
  return text.replaceAll(/\bhttps?:[^\s"'<>]*/gi, (run) =>
    run
      .split(/(?=https?:)/i)
      .map(hideUrl)
      .join(""),
  );
}

/** `url` may be a part of a reference: braces at its end are none of it, and one inside makes it no URL that could be read. */
function hideUrl(url: string): string {
  const end = withoutBraces(url);
  const parsed = URL.parse(url.slice(0, end));
  const isBare = parsed !== null && parsed.username === "" && parsed.password === "";
  const shown = isBare ? url : url.replace(/^(https?:\/*).*@/is, "$1[REDACTED]@");
  const query = shown.indexOf("?");
  return query < 0 ? shown : `${shown.slice(0, query)}?[REDACTED]${url.slice(end)}`;
}

function withoutBraces(text: string): number {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === "}") end -= 1;
  return end;
}
