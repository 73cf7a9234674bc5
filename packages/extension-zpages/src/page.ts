import type { Facts, Query } from "./facts.ts";
import type { Html } from "./html.ts";

/** One page, as data for programs and as HTML for people. */
export interface Page {
  readonly path: string;
  readonly title: string;
  /** One sentence for the index. */
  readonly about: string;
  json(facts: Facts, query: Query): unknown;
  html(facts: Facts, query: Query): Html;
}

/** Makes a page whose HTML shows its data and nothing else. */
export function definePage<D>(page: {
  readonly path: string;
  readonly title: string;
  readonly about: string;
  readonly data: (facts: Facts, query: Query) => D;
  readonly view: (data: D) => Html;
}): Page {
  const { path, title, about, data, view } = page;
  return { path, title, about, json: data, html: (facts, query) => view(data(facts, query)) };
}
