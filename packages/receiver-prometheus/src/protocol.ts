import type { PageFormat } from "@sluice/lib-prometheus";
import { ScrapeError } from "./series.ts";

const MEDIA: Readonly<Record<string, { readonly type: string; readonly escaping: boolean }>> = {
  "OpenMetricsText0.0.1": { type: "application/openmetrics-text;version=0.0.1", escaping: false },
  "OpenMetricsText1.0.0": { type: "application/openmetrics-text;version=1.0.0", escaping: true },
  "PrometheusText0.0.4": { type: "text/plain;version=0.0.4", escaping: false },
  "PrometheusText1.0.0": { type: "text/plain;version=1.0.0", escaping: true },
};

/** As many protocols as Prometheus knows: weights count down from there. */
const KNOWN = 5;

/**
 * The Accept header for these protocols, best first, and anything else last. Protobuf, which cannot be read yet, is not asked
 * for: else a target that knows it would answer nothing else.
 */
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
  readonly format: PageFormat;
  readonly warning: string | undefined;
}

/** Chooses the parser by Content-Type; throws ScrapeError for protobuf, which nobody asked for. */
export function chooseFormat(contentType: string | undefined, fallback: string): Chosen {
  const text = contentType ?? "";
  const media = mediaType(text);
  if (media === "application/openmetrics-text") return { format: "openmetrics", warning: undefined };
  if (media === "text/plain") return { format: "text", warning: undefined };
  if (media === "application/vnd.google.protobuf") throw new ScrapeError(NO_PROTOBUF);
  if (fallback === "PrometheusProto") throw new ScrapeError(NO_PROTOBUF);
  const warning =
    text === ""
      ? "target sends blank Content-Type"
      : media === undefined
        ? `cannot parse Content-Type "${text}"`
        : `received unsupported Content-Type "${text}"`;
  return { format: fallback.startsWith("OpenMetrics") ? "openmetrics" : "text", warning };
}
const NO_PROTOBUF = "cannot read the protobuf format: it is not supported yet";

/** The media type of a Content-Type header, lower case; undefined for what is no header of that kind. */
function mediaType(header: string): string | undefined {
  const match = /^\s*([\w!#$&^.+-]+\/[\w!#$&^.+-]+)\s*(?:;|$)/.exec(header);
  return match === null ? undefined : match[1]!.toLowerCase();
}
