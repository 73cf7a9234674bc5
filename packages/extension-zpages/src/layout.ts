import { type Html, html } from "./html.ts";
import type { Page } from "./page.ts";

export const stylePath = "/debug/zpages.css";

/** What stands around the body of a page. */
export interface Frame {
  /** Those that the others lead to. */
  readonly pages: readonly Page[];
  readonly title: string;
  /** Which of them it is. */
  readonly path: string;
  /** Whose pages they are. */
  readonly owner: string;
  /** What stands below. */
  readonly foot: Html | undefined;
}

/** A whole document. */
export function layout({ pages, title, path, owner, foot }: Frame, body: Html): Html {
  const link = (page: Pick<Page, "path" | "title">): Html =>
    html`<a href="${page.path}"${page.path === path ? html` aria-current="page"` : undefined}>${page.title}</a>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${owner}</title>
<link rel="stylesheet" href="${stylePath}">
</head>
<body>
<header><nav>${link({ path: "/", title: owner })} ${pages.map((page) => html`${link(page)} `)}</nav></header>
<main>
<h1>${title}</h1>
${body}
</main>
${foot && html`<footer>${foot}</footer>\n`}</body>
</html>
`;
}

export const style = `:root {
  color-scheme: light dark;
  --text: light-dark(#1c2024, #e6e8ea);
  --soft: light-dark(#5a636b, #9aa4ad);
  --back: light-dark(#ffffff, #15181b);
  --card: light-dark(#f6f7f8, #1d2125);
  --line: light-dark(#d9dde0, #343a40);
  --link: light-dark(#0a58ca, #7db3ff);
  --good: light-dark(#0f6b37, #6fd39a);
  --warn: light-dark(#8a5300, #f0b65b);
  --bad: light-dark(#b3261e, #ff8f86);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header { border-bottom: 1px solid var(--line); background: var(--card); }
nav { display: flex; flex-wrap: wrap; gap: 0 1.25rem; max-width: 75rem; margin: auto; padding: .6rem 1.25rem; }
nav a { text-decoration: none; padding: .15rem 0; }
nav a:first-child { font-weight: 650; color: var(--text); }
nav a[aria-current] { color: var(--text); box-shadow: 0 2px 0 var(--link); }
footer { max-width: 75rem; margin: auto; padding: 0 1.25rem 2rem; color: var(--soft); font-size: .85rem; }
main { max-width: 75rem; margin: auto; padding: 0 1.25rem 1rem; }
h1 { font-size: 1.6rem; margin: 1.2rem 0 .6rem; }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .5rem; overflow-wrap: anywhere; }
h3 { font-size: .8rem; margin: 0 0 .3rem; color: var(--soft); font-weight: 600; }
a { color: var(--link); }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
small { color: var(--soft); }
.wide { overflow-x: auto; margin: .5rem 0 1rem; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-size: .85rem; font-weight: 600; white-space: nowrap; }
td { overflow-wrap: break-word; }
td code { overflow-wrap: normal; }
.counts :is(th, td):not(:first-child) { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
time { white-space: nowrap; }
.none { color: var(--soft); }
dl { display: grid; gap: .15rem; margin: 0; }
dl div { display: grid; grid-template-columns: 10rem 1fr; gap: 1rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.card { border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1rem; margin: 0 0 1rem; background: var(--card); }
.card h2 { margin-top: 0; }
.card .wide { margin-bottom: 0; }
.flow { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; }
.stage:not(:last-child) { position: relative; }
.stage:not(:last-child)::after { content: "→"; position: absolute; right: -1.75rem; top: 1.25rem; color: var(--soft); }
.stage :is(ul, ol) { margin: 0; padding: 0; list-style-position: inside; }
.stage ul { list-style: none; }
.badge { border: 1px solid currentColor; border-radius: 1rem; padding: 0 .5rem; font-size: .8rem; white-space: nowrap; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); } .calm { color: var(--soft); }
.bad a { color: inherit; }
.note { border-left: 3px solid var(--warn); padding-left: .75rem; }
@media (max-width: 40rem) {
  dl div { grid-template-columns: 1fr; gap: 0; }
  .flow { flex-direction: column; }
  .stage:not(:last-child)::after { content: "↓"; right: auto; left: 0; top: auto; bottom: -1.1rem; }
  .flow { gap: 1.25rem; }
}
`;
