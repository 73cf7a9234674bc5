import { stringify } from "yaml";
import { code, table } from "../markdown.ts";
import { rootManifest } from "../packages.ts";
import { alertTests } from "./alert-cases.ts";
import { type AlertSpec, alertGroups, memoryLimit } from "./alerts.ts";
import { collectorDashboard } from "./collector.ts";
import { dashboard, readable } from "./grafana.ts";
import { targetsDashboard } from "./targets.ts";

/** The files in dashboards that are written from their descriptions: path and text. */
export function dashboardFiles(): readonly (readonly [path: string, text: string])[] {
  return [
    ["dashboards/collector.json", `${readable(dashboard(collectorDashboard))}\n`],
    ["dashboards/targets.json", `${readable(dashboard(targetsDashboard))}\n`],
    ["dashboards/alerts.yaml", rules()],
    ["dashboards/alerts.test.yaml", alertTests((name) => runbook(`#${name.toLowerCase()}`))],
  ];
}

/** The table of alerts in docs/alerts.md. */
export function alertTable(): string {
  const alerts = Object.values(alertGroups).flat();
  const rows = alerts.map(({ name, severity, when, for: duration }) => [
    `[${name}](#${name.toLowerCase()})`,
    severity,
    when,
    duration === "0m" ? "" : code(duration),
  ]);
  return table(["Alert", "Severity", "Fires when", "For"], rows);
}

const head = `# Alert rules for Sluice, for Prometheus and what reads its rules (Mimir, Amazon Managed Prometheus, Thanos, VictoriaMetrics).
# What each means and how to mend it: ${runbook("")}
# Written by "pnpm run docs" from scripts/dashboards/alerts.ts. A metric is looked for under each name that it may arrive with.

`;
const limitComment = " The one number to set: the memory that a collector may take, here 1 GiB.";

function rules(): string {
  const groups = [
    { name: "sluice-limits", rules: [{ ...memoryLimit, expr: indented(memoryLimit.expr) }] },
    ...Object.entries(alertGroups).map(([name, alerts]) => ({ name, rules: alerts.map(rule) })),
  ];
  const text = stringify({ groups }, { lineWidth: 0, blockQuote: "literal" });
  return head + text.replace("      - record:", `      #${limitComment}\n      - record:`);
}

function rule({ name, severity, for: duration, expr, summary, description }: AlertSpec) {
  return {
    alert: name,
    expr: indented(expr),
    ...(duration === "0m" ? {} : { for: duration }),
    labels: { severity },
    annotations: { summary, description, runbook_url: runbook(`#${name.toLowerCase()}`) },
  };
}

/** Every line moved by the parentheses that are open before it. */
function indented(expr: string): string {
  const state = { depth: 0 };
  const lines = expr.split("\n").map((line) => {
    const closes = line.startsWith(")") ? 1 : 0;
    const moved = "  ".repeat(state.depth - closes) + line;
    state.depth += line.split("(").length - line.split(")").length;
    return moved;
  });
  return lines.join("\n");
}

function runbook(anchor: string): string {
  return `${rootManifest.repository.url.replace(/^git\+|\.git$/g, "")}/blob/main/docs/alerts.md${anchor}`;
}
