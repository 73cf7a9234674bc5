import type { HttpRequest, HttpResponse } from "@sluice/component";
import { isoTime } from "@sluice/data";
import { expvarPage } from "./expvar.ts";
import { extensionsPage } from "./extensions.ts";
import type { Facts } from "./facts.ts";
import { featuresPage } from "./features.ts";
import { html, linkTo } from "./html.ts";
import { layout, style, stylePath } from "./layout.ts";
import type { Page } from "./page.ts";
import { pipelinesPage } from "./pipelines.ts";
import { servicePage } from "./service.ts";
import { tracesPage } from "./traces.ts";

const pages: readonly Page[] = [servicePage, pipelinesPage, extensionsPage, featuresPage, tracesPage];

/** Nothing runs in a page, nothing is loaded but our own style, nobody may frame it, and no copy stays behind. */
const always = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** Answers a request for a page. Looking changes nothing: only GET and HEAD are answered. */
export function answer(
  request: Pick<HttpRequest, "method" | "target" | "headers">,
  facts: Facts,
  expvar: boolean,
): HttpResponse {
  if (request.method !== "GET" && request.method !== "HEAD") {
    const refusal = respond(405, "text/plain", "expected GET\n");
    return { ...refusal, headers: { ...refusal.headers, allow: "GET, HEAD" } };
  }
  const [path = "", search = ""] = request.target.split(/\?(.*)/s);
  if (path === stylePath) return respond(200, "text/css; charset=utf-8", style);
  const shown = expvar ? [...pages, expvarPage] : pages;
  const owner = facts.context.build.command;
  const page = path === "/" ? indexOf(shown, owner) : shown.find((each) => each.path === path);
  const frame = { pages: shown, path, owner };
  if (page === undefined) {
    const body = html`<p>There is no <code>${path}</code> here; see <a href="/">what there is</a>.</p>`;
    return respond(404, htmlType, layout({ ...frame, title: "No such page", foot: undefined }, body).html);
  }
  const query = new URLSearchParams(search);
  if (page === expvarPage || wantsJson(request, query)) {
    return respond(200, "application/json", `${JSON.stringify(page.json(facts, query), null, 2)}\n`);
  }
  const asJson = linkTo(path, { ...Object.fromEntries(query), format: "json" });
  const foot = html`As of ${isoTime(facts.context.env.clock.now())} · <a href="${asJson}">as JSON</a>`;
  return respond(200, htmlType, layout({ ...frame, title: page.title, foot }, page.html(facts, query)).html);
}

function indexOf(shown: readonly Page[], owner: string): Page {
  return {
    path: "/",
    title: owner,
    about: "",
    json: () => ({ pages: shown.map(({ path, title, about }) => ({ path, title, about })) }),
    html: ({ context }) => html`<p>${context.build.description}, version ${context.build.version}.</p>
<dl>${shown.map(({ path, title, about }) => html`<div><dt><a href="${path}">${title}</a></dt><dd>${about} <small>${path}</small></dd></div>`)}</dl>
<p>Programs get the same as JSON: with <code>?format=json</code>, or when they accept <code>application/json</code>.</p>`,
  };
}

const htmlType = "text/html; charset=utf-8";

function respond(status: number, type: string, body: string): HttpResponse {
  return { status, headers: { ...always, "content-type": type }, body };
}

function wantsJson({ headers }: Pick<HttpRequest, "headers">, query: URLSearchParams): boolean {
  const accept = headers.accept ?? "";
  return query.get("format") === "json" || (accept.includes("application/json") && !accept.includes("text/html"));
}
