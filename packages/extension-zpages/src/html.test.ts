import { expect, test } from "vitest";
import { type Html, html, linkTo } from "./html.ts";

function check(made: Html, expected: string): void {
  expect(made.html).toBe(expected);
}

test("values are escaped, and HTML is not escaped twice", () => {
  check(html`<p>${"<b> & \"x\" & 'y'"}</p>`, "<p>&lt;b&gt; &amp; &quot;x&quot; &amp; &#39;y&#39;</p>");
  check(html`<a title="${'" onclick="x'}">`, '<a title="&quot; onclick=&quot;x">');
  check(html`${html`<i>${"<"}</i>`}`, "<i>&lt;</i>");
  check(html`${["<", html`<br>`, [1, undefined]]}`, "&lt;<br>1");
  check(html`a${undefined}b`, "ab");
  check(html`${"a\u0000b\u001b[31m\u0085c\td\n"}`, "a\uFFFDb\uFFFD[31m\uFFFDc\td\n");
  check(html``, "");
});

test("parameters are encoded", () => {
  expect(linkTo("/a", { b: 'x&y="z"', c: "d/e f" })).toBe("/a?b=x%26y%3D%22z%22&c=d%2Fe+f");
});
