import type { HttpRequest, HttpResponse } from "@sluice/component";

/** The keys of a `cors` section; `max_age` in seconds. */
export interface CorsRules {
  readonly allowed_origins: readonly string[];
  readonly allowed_headers: readonly string[];
  readonly exposed_headers: readonly string[];
  readonly max_age: number;
}

/** Allowed without being listed. */
const SAFE_HEADERS = ["accept", "content-type", "origin", "x-requested-with"];
const METHODS = new Set(["GET", "HEAD", "POST"]);

/** The headers an answer to this request carries so that a browser shows it to a page of another origin. */
export function corsHeaders(rules: CorsRules, request: HttpRequest): Readonly<Record<string, string>> {
  const origin = allowedOrigin(rules, request);
  if (origin === undefined) return { vary: "Origin" };
  const exposed = rules.exposed_headers.join(", ");
  return {
    vary: "Origin",
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    ...(exposed !== "" && { "access-control-expose-headers": exposed }),
  };
}

/** The answer to a browser that asks first, or undefined when this is no such question. */
export function corsPreflight(rules: CorsRules, request: HttpRequest): HttpResponse | undefined {
  const method = request.headers["access-control-request-method"];
  if (request.method !== "OPTIONS" || method === undefined || method === "") return undefined;
  const vary = { vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers" };
  const origin = allowedOrigin(rules, request);
  const wanted = request.headers["access-control-request-headers"] ?? "";
  const names = wanted.split(",").map((name) => name.trim().toLowerCase());
  const listed = rules.allowed_headers.map((name) => name.toLowerCase());
  const allowed =
    listed.includes("*") || names.every((name) => name === "" || [...SAFE_HEADERS, ...listed].includes(name));
  if (origin === undefined || !METHODS.has(method) || !allowed) return { status: 204, headers: vary };
  return {
    status: 204,
    headers: {
      ...vary,
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": method,
      ...(wanted !== "" && { "access-control-allow-headers": wanted }),
      ...(rules.max_age > 0 && { "access-control-max-age": String(rules.max_age) }),
    },
  };
}

/** What to answer as the allowed origin. `*` is answered as such, so a browser sends no credentials there. */
function allowedOrigin({ allowed_origins }: CorsRules, { headers }: HttpRequest): string | undefined {
  const { origin } = headers;
  if (origin === undefined) return undefined;
  if (allowed_origins.includes("*")) return "*";
  return allowed_origins.some((pattern) => matches(pattern.toLowerCase(), origin.toLowerCase())) ? origin : undefined;
}

/** One `*` in the pattern stands for any text. */
function matches(pattern: string, origin: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === origin;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return origin.length >= head.length + tail.length && origin.startsWith(head) && origin.endsWith(tail);
}
