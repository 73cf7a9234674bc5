import type { Consume, Context, HttpHandler, HttpRequest, HttpResponse } from "@sluice/component";
import { batchOf, type MetricsPart, ownBytes } from "@sluice/data";
import { snappyDecompress, type WriteVersion } from "@sluice/lib-prometheus";
import { createAdmission, type Place } from "./admission.ts";
import { answer, answerOfError, isMistake, overloaded, partialText, writtenHeaders } from "./answers.ts";
import { GROWTH } from "./budget.ts";
import type { Config } from "./config.ts";
import { Memory } from "./memory.ts";
import { contextOf, negotiate } from "./negotiate.ts";
import { createOwnMetrics } from "./own-metrics.ts";
import { partsOf } from "./parts.ts";
import { RequestReader, type Tally } from "./reader.ts";

const DEFAULT_MAX_BODY = 20 << 20;
/** Of the heap: once for what is remembered of series, once for requests under way. */
const SHARE = 1 / 4;
const FULL_RETRY_MS = 1000;

interface Read {
  readonly tally: Tally;
  readonly parts: readonly MetricsPart[];
}

/** Makes what answers requests: lets in as many as there is memory for, reads them, and hands them on. */
export function createIntake(config: Config, { env, meter }: Context, next: Consume<"metrics">): HttpHandler {
  const maxBytes = config.max_request_body_size || DEFAULT_MAX_BODY;
  const room = Math.floor(env.process.heapLimit * SHARE);
  const memory = new Memory(env, room);
  const read = createReading(new RequestReader(memory), maxBytes);
  const admission = createAdmission(room);
  const own = createOwnMetrics(meter, memory, () => admission.used);

  async function respond(request: HttpRequest): Promise<HttpResponse> {
    const version = negotiate(request);
    if (typeof version === "object") return version;
    // Nobody knows how long a body without a length is.
    const length = Number(request.headers["content-length"] ?? maxBytes);
    const place = admission.enter(Math.min(length, maxBytes));
    if (place === undefined) return full(version);
    try {
      return await take(request, version, place);
    } finally {
      place.leave();
    }
  }

  async function take(request: HttpRequest, version: WriteVersion, place: Place): Promise<HttpResponse> {
    const result = read(await request.body(), version, place);
    if ("status" in result) return result;
    const { tally, parts } = result;
    if (parts.length > 0) {
      try {
        await next(batchOf("metrics", parts, config.include_metadata ? contextOf(request) : undefined));
      } catch (error) {
        return answerOfError(error, writtenHeaders(version));
      }
    }
    for (const [reason, { count }] of tally.invalid) own.invalid.add(count, { reason });
    const headers = writtenHeaders(version, tally);
    return tally.invalid.size === 0 ? { status: 204, headers } : answer(400, partialText(tally), headers);
  }

  return async (request) => {
    const response = await respond(request);
    own.requests.add(1, { code: `${response.status}` });
    return response;
  };
}

/** Makes what reads a body as parts, or gives the answer to one that is none. */
function createReading(reader: RequestReader, maxBytes: number) {
  return (body: Uint8Array, version: WriteVersion, place: Place): Read | HttpResponse => {
    try {
      const bytes = snappyDecompress(body, maxBytes);
      if (!place.resize(Math.max(body.length, GROWTH * bytes.length))) return full(version);
      const tally = reader.read(bytes, version);
      const parts = partsOf(reader.rows);
      place.resize(parts.reduce((sum, part) => sum + ownBytes(part), 0));
      return { tally, parts };
    } catch (error) {
      if (isMistake(error)) return answer(400, error.message, writtenHeaders(version));
      throw error;
    } finally {
      reader.rows.clear();
    }
  };
}

function full(version: WriteVersion): HttpResponse {
  return overloaded("too much under way", FULL_RETRY_MS, writtenHeaders(version));
}
