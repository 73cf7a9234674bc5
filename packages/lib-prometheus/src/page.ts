import { END, HELP, type PageFormat, PageScanner, SERIES, TYPE } from "./page-scanner.ts";
import {
  type LabelPairs,
  type ParsedExemplar,
  parseExemplar,
  parseMetadataName,
  parseMetadataText,
  parseSeries,
} from "./series.ts";

/** One sample of a page. `timestampMs` is undefined when the page gives none. */
export interface Sample {
  readonly name: string;
  readonly labels: LabelPairs;
  readonly value: number;
  readonly timestampMs: number | undefined;
  readonly exemplar: ParsedExemplar | undefined;
}

/** The samples of one metric family and what the page says of it; "" stands for nothing said. */
export interface Family {
  readonly name: string;
  type: string;
  help: string;
  unit: string;
  readonly samples: Sample[];
}

const SUFFIXES = ["_bucket", "_count", "_sum", "_total", "_info", "_created", "_gcount", "_gsum"];

/**
 * Reads a whole page into its families, in the order in which they appear. A sample belongs to the family of its own name, or
 * else to the family declared before it whose name is the sample's without its suffix. For tools and tests: a scraper uses
 * `PageScanner`. Throws ParseError.
 */
export function parsePage(page: string | Uint8Array, format: PageFormat): Family[] {
  const bytes = typeof page === "string" ? new TextEncoder().encode(page) : page;
  const scanner = new PageScanner(format);
  scanner.reset(bytes, bytes.length);
  const families = new Map<string, Family>();
  for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
    if (kind === SERIES) {
      const sample = readSample(bytes, scanner);
      familyOf(families, ownerOf(families, sample.name)).samples.push(sample);
      continue;
    }
    const family = familyOf(families, parseMetadataName(bytes, scanner.nameFrom, scanner.nameTo));
    const text = parseMetadataText(bytes, scanner.textFrom, scanner.textTo, format);
    if (kind === TYPE) family.type = text === "untyped" ? "unknown" : text;
    else if (kind === HELP) family.help = text;
    else family.unit = text;
  }
  return [...families.values()];
}

function readSample(bytes: Uint8Array, scanner: PageScanner): Sample {
  const { exemplarFrom, exemplarTo } = scanner;
  return {
    ...parseSeries(bytes, scanner.seriesFrom, scanner.seriesTo),
    value: scanner.value,
    timestampMs: scanner.hasTimestamp ? scanner.timestampMs : undefined,
    exemplar: exemplarFrom < 0 ? undefined : parseExemplar(bytes, exemplarFrom, exemplarTo),
  };
}

function ownerOf(families: ReadonlyMap<string, Family>, name: string): string {
  if (families.has(name)) return name;
  const suffix = SUFFIXES.find((candidate) => name.endsWith(candidate));
  const trimmed = suffix === undefined ? name : name.slice(0, -suffix.length);
  return families.has(trimmed) ? trimmed : name;
}

function familyOf(families: Map<string, Family>, name: string): Family {
  let family = families.get(name);
  if (family === undefined) {
    family = { name, type: "unknown", help: "", unit: "", samples: [] };
    families.set(name, family);
  }
  return family;
}
