/** What a client wants to read, as client_golang negotiates it. */
import { ESCAPINGS, type Escaping } from "@sluice/lib-prometheus";

/** A format of the page. */
export type Format = "text" | "openmetrics-0.0.1" | "openmetrics" | "protobuf";
/** What was agreed on. */
export interface Agreed {
  readonly format: Format;
  readonly escaping: Escaping;
}

const types: Readonly<Record<Format, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  "openmetrics-0.0.1": "application/openmetrics-text; version=0.0.1; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  protobuf: "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
};

/** The Content-Type of an answer. */
export function contentType({ format, escaping }: Agreed): string {
  return `${types[format]}; escaping=${escaping}`;
}

/**
 * The first of the accepted types that there is, heavier ones first; text when there is none. An escaping named on the way there
 * holds for what comes after it, too; when none is named it is `underscores`.
 */
export function agree(accept: string | undefined, openMetrics: boolean): Agreed {
  let escaping: Escaping = "underscores";
  for (const { type, parameters } of parse(accept ?? "")) {
    const wanted = ESCAPINGS.find((each) => each === parameters.get("escaping"));
    if (wanted !== undefined) escaping = wanted;
    const format = formatOf(type, parameters, openMetrics);
    if (format !== undefined) return { format, escaping };
  }
  return { format: "text", escaping };
}

interface Accepted {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly weight: number;
}

function parse(accept: string): Accepted[] {
  const entries = accept.split(",").map((entry): Accepted => {
    const [type = "", ...rest] = entry.split(";").map((piece) => piece.trim());
    const parameters = new Map(
      rest.map((piece) => {
        const [key = "", value = ""] = piece.split("=", 2).map((side) => side.trim());
        return [key, value.replace(/^"(.*)"$/, "$1")] as const;
      }),
    );
    const weight = Number(parameters.get("q") ?? 1);
    return { type, parameters, weight: Number.isNaN(weight) ? 1 : weight };
  });
  return entries.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
}

function formatOf(type: string, parameters: Accepted["parameters"], openMetrics: boolean): Format | undefined {
  const version = parameters.get("version") ?? "";
  if (type === "application/vnd.google.protobuf") {
    const isFamilies = parameters.get("proto") === "io.prometheus.client.MetricFamily";
    return isFamilies && parameters.get("encoding") === "delimited" ? "protobuf" : undefined;
  }
  if (type === "text/plain") return version === "" || version === "0.0.4" ? "text" : undefined;
  if (type !== "application/openmetrics-text" || !openMetrics) return undefined;
  if (version === "1.0.0") return "openmetrics";
  return version === "" || version === "0.0.1" ? "openmetrics-0.0.1" : undefined;
}
