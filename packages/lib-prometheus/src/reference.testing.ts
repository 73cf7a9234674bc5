/** For tests: the two formats once more, as a grammar of regular expressions. Slow, and shares nothing with the scanner but Number. */
import type { LabelPairs, PageFormat } from "./index.ts";
import { bitsOf, type Entry, type EntryExemplar } from "./pages.testing.ts";

/** The page is refused; where and why is not said. */
export class Refused extends Error {}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = "[a-zA-Z_][a-zA-Z0-9_]*";
const QUOTED = '"(?:\\\\[^\\n]|[^\\\\"])*"';
const QUOTED_LINE = '"(?:\\\\[^\\n]|[^\\\\"\\n])*"';
const TYPES = {
  text: /^(?:counter|gauge|histogram|summary|untyped)$/,
  openmetrics: /^(?:counter|gauge|histogram|gaugehistogram|summary|info|stateset|unknown)$/,
};

interface Rules {
  readonly pair: RegExp;
  readonly bare: RegExp;
  readonly open: RegExp;
  readonly blank: RegExp;
}
const RULES: Readonly<Record<PageFormat, Rules>> = {
  text: {
    pair: new RegExp(`(${LABEL}|${QUOTED})[ \\t]*=[ \\t]*(${QUOTED})[ \\t]*,?[ \\t]*`, "y"),
    bare: new RegExp(`(${QUOTED})[ \\t]*(?:,[ \\t]*|(?=\\}))`, "y"),
    open: /\{[ \t]*/y,
    blank: /[ \t]*/y,
  },
  openmetrics: {
    pair: new RegExp(`(${LABEL}|${QUOTED})=(${QUOTED_LINE})(?:,|(?=\\}))`, "y"),
    bare: new RegExp(`(${QUOTED})(?:,|(?=\\}))`, "y"),
    open: /\{/y,
    blank: /(?:)/y,
  },
};

class Reader {
  at = 0;
  readonly page: string;
  constructor(page: string) {
    this.page = page;
  }
  take(expression: RegExp): RegExpExecArray | null {
    const sticky = new RegExp(expression, "y");
    sticky.lastIndex = this.at;
    const match = sticky.exec(this.page);
    if (match !== null) this.at = sticky.lastIndex;
    return match;
  }
  need(expression: RegExp): RegExpExecArray {
    const match = this.take(expression);
    if (match === null) throw new Refused();
    return match;
  }
}

const unquote = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replace(/\\([\\n"])/g, (_, c: string) => (c === "n" ? "\n" : c)) : text;

function float(text: string): number {
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text))) return Number(text);
  const special = /^(?:([+-]?)inf(?:inity)?|nan)$/i.exec(text);
  if (special === null) throw new Refused();
  return text.toLowerCase() === "nan" ? Number.NaN : special[1] === "-" ? -Infinity : Infinity;
}

function milliseconds(text: string): number {
  const time = Math.trunc(float(text) * 1000);
  if (!(Math.abs(time) < 2 ** 63)) throw new Refused();
  return time + 0;
}

function labels(reader: Reader, format: PageFormat): { labels: LabelPairs; names: string[] } {
  const rules = RULES[format];
  const pairs: LabelPairs = [];
  const names: string[] = [];
  reader.need(rules.open);
  while (reader.take(/\}/) === null) {
    const pair = reader.take(rules.pair);
    if (pair !== null) pairs.push([unquote(pair[1]!), unquote(pair[2]!)]);
    else names.push(unquote(reader.need(rules.bare)[1]!));
  }
  return { labels: pairs, names };
}

function series(reader: Reader, format: PageFormat): Entry {
  const bare = reader.take(new RegExp(NAME))?.[0];
  const start = reader.at;
  reader.take(RULES[format].blank);
  let found: { labels: LabelPairs; names: string[] } = { labels: [], names: [] };
  if (reader.page[reader.at] === "{") found = labels(reader, format);
  else reader.at = start;
  const names = bare === undefined ? found.names : [bare, ...found.names];
  if (names.length !== 1) throw new Refused();
  const rest = format === "text" ? textRest(reader) : openMetricsRest(reader);
  return { kind: "series", name: names[0]!, labels: found.labels, ...rest };
}

function textRest(reader: Reader): { bits: string; timestamp?: number } {
  const match = reader.need(/[ \t]*([^{ \t\n\0]+)[ \t]*(\d+)?[ \t]*(?:\n|$)/);
  const timestamp = match[2] === undefined ? undefined : Number(match[2]);
  if (timestamp !== undefined && timestamp >= 2 ** 63) throw new Refused();
  return { bits: bitsOf(float(match[1]!)), ...(timestamp !== undefined && { timestamp }) };
}

function openMetricsRest(reader: Reader): { bits: string; timestamp?: number; exemplar?: EntryExemplar } {
  const value = { bits: bitsOf(float(reader.need(/ ([^ \n]+)/)[1]!)) };
  const time = reader.take(/ (?!# \{)([^ \n]+)/)?.[1];
  const whole = { ...value, ...(time !== undefined && { timestamp: milliseconds(time) }) };
  if (reader.take(/ # (?=\{)/) === null) {
    reader.need(/\n/);
    return whole;
  }
  const found = labels(reader, "openmetrics");
  if (found.names.length > 0) throw new Refused();
  const match = reader.need(/ ([^ \n]+)(?: ([^ \n]+))?\n/);
  const exemplar = { labels: found.labels, bits: bitsOf(float(match[1]!)) };
  return { ...whole, exemplar: { ...exemplar, ...(match[2] !== undefined && { timestamp: milliseconds(match[2]) }) } };
}

function metadata(reader: Reader, format: PageFormat): Entry | undefined {
  const start = format === "text" ? /#[ \t]+(HELP|TYPE)[ \t]+/ : /# (HELP|TYPE|UNIT) /;
  const keyword = reader.take(start)?.[1]?.toLowerCase() as "help" | "type" | "unit" | undefined;
  if (keyword === undefined) {
    if (format === "openmetrics") throw new Refused();
    reader.need(/[^\n]*\n?/);
    return undefined;
  }
  const name = unquote(reader.need(new RegExp(`${QUOTED}|${NAME}`))[0]);
  const rest = reader.need(format === "text" ? /([^\n]*)(?:\n|$)/ : /( [^\n]*)\n/)[1]!;
  // One byte is taken off, whatever it is: half a character is no UTF-8.
  if (rest.charCodeAt(0) > 127 && !/^[ \t]*$/.test(rest)) throw new Refused();
  const text = format === "text" && /^[ \t]*$/.test(rest) ? "" : rest.slice(1);
  if (keyword === "type" && !TYPES[format].test(text)) throw new Refused();
  const hasUnit = name.endsWith(`_${text}`);
  if (keyword === "unit" && text !== "" && !hasUnit) throw new Refused();
  const escapes = format === "text" ? /\\([\\n])/g : /\\([\\n"])/g;
  return { kind: keyword, name, text: text.replace(escapes, (_, c: string) => (c === "n" ? "\n" : c)) };
}

/** The entries of a page, or Refused. */
export function referenceEntries(page: string, format: PageFormat): Entry[] {
  const reader = new Reader(page);
  const entries: Entry[] = [];
  for (;;) {
    if (format === "openmetrics" && reader.take(/# EOF/)) {
      reader.take(/\n/);
      if (reader.at < page.length) throw new Refused();
      return entries;
    }
    if (format === "text") {
      reader.take(/[ \t\n]*/);
      if (reader.at >= page.length || page[reader.at] === "\0") return entries;
    }
    const entry = page[reader.at] === "#" ? metadata(reader, format) : series(reader, format);
    if (entry !== undefined) entries.push(entry);
  }
}
