/** HTML that is safe to write as it is. */
export interface Html {
  readonly html: string;
}
type Value = Html | string | number | undefined | readonly Value[];

/** Puts values into HTML text: text and numbers are escaped, lists are joined, undefined is nothing. */
export function html(texts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: texts.map((text, i) => text + (i < values.length ? textOf(values[i]) : "")).join("") };
}

function textOf(value: Value): string {
  if (value === undefined) return "";
  if (typeof value === "string" || typeof value === "number") return escapeText(String(value));
  return "html" in value ? value.html : value.map(textOf).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Safe in content and in quoted attributes; control characters, which HTML forbids, are shown as such. */
function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "").replace(/[^\P{Cc}\n\t]/gu, "\uFFFD");
}

/** The address of a page with these parameters. */
export function linkTo(path: string, parameters: Readonly<Record<string, string>>): string {
  return `${path}?${new URLSearchParams(parameters).toString()}`;
}
