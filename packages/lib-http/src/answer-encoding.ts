import { gzip } from "node:zlib";
import type { HttpRequest, HttpResponse } from "@sluice/component";

/** Smaller bodies gain nothing. */
const SMALLEST = 512;

/**
 * The answer in gzip when the client takes it and the body is worth it. Compressed beside the event loop, since an answer may
 * be many megabytes.
 */
export async function gzipped(response: HttpResponse, { headers }: HttpRequest): Promise<HttpResponse> {
  const { body } = response;
  const vary = { ...response.headers, vary: "Accept-Encoding" };
  if (body === undefined || body.length < SMALLEST || !acceptsGzip(headers["accept-encoding"])) {
    return { ...response, headers: vary };
  }
  const smaller = await compressed(body);
  return { ...response, headers: { ...vary, "content-encoding": "gzip" }, body: smaller };
}

function compressed(body: string | Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    gzip(body, (error, smaller) => (error === null ? resolve(smaller) : reject(error)));
  });
}

/** RFC 9110 12.5.3: named with a weight above 0, or else meant by `*`. */
function acceptsGzip(header = ""): boolean {
  const weights = new Map(
    header.split(",").map((entry) => {
      const [name = "", ...parameters] = entry.split(";").map((piece) => piece.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      return [name, weight === undefined ? 1 : Number(weight.slice(2))] as const;
    }),
  );
  return (weights.get("gzip") ?? weights.get("*") ?? 0) > 0;
}
