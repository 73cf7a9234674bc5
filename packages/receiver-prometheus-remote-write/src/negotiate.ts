import type { HttpRequest, HttpResponse } from "@sluice/component";
import { type WriteVersion, writeVersionOf } from "@sluice/lib-prometheus";
import { answer } from "./answers.ts";

const PATH = "/api/v1/write";

/** The version that a request speaks, or the answer to one that is none; nothing of its body is read. */
export function negotiate({ method, target, headers }: HttpRequest): WriteVersion | HttpResponse {
  if (target.split("?", 1)[0] !== PATH) return answer(404, `not found; remote write is at ${PATH}`);
  if (method !== "POST") return answer(405, "expected POST", { allow: "POST" });
  const type = headers["content-type"] ?? "";
  const version = writeVersionOf(type);
  if (version === undefined) {
    return answer(
      415,
      `found Content-Type "${type.slice(0, 200)}", expected application/x-protobuf, with proto=prometheus.WriteRequest or proto=io.prometheus.write.v2.Request, or without proto`,
    );
  }
  // Old senders do not say it, and mean it.
  const encoding = headers["content-encoding"] ?? "";
  if (encoding === "" || encoding.trim().toLowerCase() === "snappy") return version;
  return answer(415, `found Content-Encoding "${encoding.slice(0, 200)}", expected snappy`);
}

/** The headers of a request for later components. */
export function contextOf({ headers }: HttpRequest): ReadonlyMap<string, readonly string[]> {
  return new Map(Object.entries(headers).map(([name, value]) => [name, [value]]));
}
