import type { ScrapeFormat } from "./page-formats.ts";

const PROTOBUF = "application/vnd.google.protobuf";
const MEDIA: Readonly<Record<string, { readonly type: string; readonly escaping: boolean }>> = {
  PrometheusProto: { type: `${PROTOBUF};proto=io.prometheus.client.MetricFamily;encoding=delimited`, escaping: false },
  "OpenMetricsText0.0.1": { type: "application/openmetrics-text;version=0.0.1", escaping: false },
  "OpenMetricsText1.0.0": { type: "application/openmetrics-text;version=1.0.0", escaping: true },
  "PrometheusText0.0.4": { type: "text/plain;version=0.0.4", escaping: false },
  "PrometheusText1.0.0": { type: "text/plain;version=1.0.0", escaping: true },
};

/** As many protocols as there are: weights count down from there. */
const KNOWN = 5;

/** The Accept header for these protocols, best first, and anything else last; `escaping` of the formats that can write any name. */
export function acceptHeader(protocols: readonly string[], escaping: string): string {
  let weight = KNOWN + 1;
  const entries: string[] = [];
  for (const protocol of protocols) {
    const media = MEDIA[protocol];
    if (media === undefined) continue;
    entries.push(`${media.type}${media.escaping ? `;escaping=${escaping}` : ""};q=0.${weight--}`);
  }
  return [...entries, `*/*;q=0.${weight}`].join(",");
}

/** How a page is read, and what is odd about its Content-Type when the fallback had to decide. */
export interface Chosen {
  readonly format: ScrapeFormat;
  readonly warning: string | undefined;
}

const FORMATS: Readonly<Record<string, ScrapeFormat>> = {
  "application/openmetrics-text": "openmetrics",
  "text/plain": "text",
  [PROTOBUF]: "protobuf",
};

/** Chooses the parser by Content-Type, else by the job's fallback_scrape_protocol. */
export function chooseFormat(contentType: string | undefined, fallback: string): Chosen {
  const text = contentType ?? "";
  const media = mediaType(text);
  const format = media === undefined || !Object.hasOwn(FORMATS, media) ? undefined : FORMATS[media];
  if (format !== undefined) return { format, warning: undefined };
  const warning =
    text === ""
      ? "target sends blank Content-Type"
      : media === undefined
        ? `cannot parse Content-Type "${text}"`
        : `received unsupported Content-Type "${text}"`;
  return { format: formatOf(fallback), warning };
}
function formatOf(protocol: string): ScrapeFormat {
  if (protocol === "PrometheusProto") return "protobuf";
  return protocol.startsWith("OpenMetrics") ? "openmetrics" : "text";
}

/** The media type of a Content-Type header, lower case; undefined for what is no header of that kind. */
function mediaType(header: string): string | undefined {
  const match = /^\s*([\w!#$&^.+-]+\/[\w!#$&^.+-]+)\s*(?:;|$)/.exec(header);
  return match === null ? undefined : match[1]!.toLowerCase();
}
