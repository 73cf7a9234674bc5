import { WireReader } from "@sluice/data";
import { isLegacyMetricName } from "./labels.ts";
import { HELP, TYPE, UNIT } from "./page-scanner.ts";
import { ParseError } from "./parse-error.ts";
import { skipUnknown } from "./protobuf-metric.ts";
import { quote } from "./quote.ts";

/** By the number of `MetricType`. */
const TYPES = ["counter", "gauge", "summary", "unknown", "histogram", "gaugehistogram"] as const;
/** Numbers of `MetricType` that the reader must tell apart. */
export const COUNTER = 0;
export const SUMMARY = 2;
export const HISTOGRAM = 4;
export const GAUGE_HISTOGRAM = 5;
const EMPTY = new Uint8Array(0);

/** All of a `MetricFamily` but its metrics. */
export interface Family {
  /** Stands in front of the family's fields: its metrics are still to be read. */
  readonly reader: WireReader;
  readonly name: Uint8Array;
  /** The name needs no quotes. */
  readonly bare: boolean;
  readonly type: number;
  /** What is not handed out yet of HELP, TYPE and UNIT: keyword, kind and text. */
  readonly lines: { readonly kind: number; readonly keyword: string; readonly text: Uint8Array }[];
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Reads the `MetricFamily` that stands next, but for its metrics, which may stand before its unit. undefined when it has none: then
 * it says nothing. Throws WireError or ParseError.
 */
export function readFamily(page: WireReader): Family | undefined {
  const outer = page.enter();
  const reader = new WireReader(page.bytes, page.pos, page.end);
  let name: Uint8Array = EMPTY;
  let help: Uint8Array = EMPTY;
  let unit: Uint8Array = EMPTY;
  let type = 0;
  let metrics = false;
  while (page.more()) {
    const tag = page.tag();
    if (tag === 0x0a) name = page.view();
    else if (tag === 0x12) help = page.view();
    else if (tag === 0x18) type = page.uint32();
    else if (tag === 0x2a) unit = page.view();
    else if (tag === 0x22) {
      metrics = true;
      page.skip(tag);
    } else skipUnknown(page, tag, 5);
  }
  page.leave(outer);
  if (!metrics) return undefined;
  return checked({ reader, name, type }, help, unit);
}

function checked(family: Pick<Family, "reader" | "name" | "type">, help: Uint8Array, unit: Uint8Array): Family {
  const name = textOf(family.name, "metric name");
  if (name === "") throw new ParseError("invalid metric name: ", 1);
  const type = TYPES[family.type];
  if (type === undefined) throw new ParseError(`unknown metric type for metric ${quote(name, 100)}: ${family.type}`, 1);
  textOf(help, `help for metric ${quote(name, 100)}`);
  textOf(unit, `unit for metric ${quote(name, 100)}`);
  const lines = [
    { kind: HELP, keyword: "HELP", text: help },
    { kind: TYPE, keyword: "TYPE", text: encoder.encode(type) },
    { kind: UNIT, keyword: "UNIT", text: unit },
  ].filter(({ text }) => text.length > 0);
  return { ...family, bare: isLegacyMetricName(name), lines };
}

function textOf(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw Object.assign(new ParseError(`invalid ${what}: not UTF-8`, 1), { cause });
  }
}
