import { html } from "./html.ts";
import { definePage } from "./page.ts";
import { table } from "./parts.ts";

export const featuresPage = definePage({
  path: "/debug/featurez",
  title: "Feature gates",
  about: "What can be turned on or off with --feature-gates, and what is.",
  data: ({ context }) => ({ feature_gates: context.host.featureGates() }),
  view({ feature_gates }) {
    if (feature_gates.length === 0) return html`<p>There are no feature gates.</p>`;
    const rows = feature_gates.map(({ id, enabled, stage, description }) => [
      html`<code>${id}</code>`,
      html`<span class="badge ${enabled ? "good" : "calm"}">${enabled ? "on" : "off"}</span>`,
      stage,
      description,
    ]);
    return html`<p>At the start, <code>--feature-gates=&lt;id&gt;</code> turns one on and <code>--feature-gates=-&lt;id&gt;</code> off; those that are
stable or deprecated stay as they are.</p>
${table(["Id", "State", "Stage", "Description"], rows)}`;
  },
});
