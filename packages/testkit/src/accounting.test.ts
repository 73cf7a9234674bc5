import { expect, test } from "vitest";
import { expectAccounting } from "./accounting.ts";

const page = (rows: Record<string, number>): string =>
  Object.entries(rows)
    .map(([name, value]) => {
      const [column, reason] = name.split(" ");
      const labels = `exporter="a/b",otel_signal="metrics"${reason ? `,reason="${reason}"` : ""},version="0{}"`;
      return `# TYPE sluice_exporter_${column}_items counter\nsluice_exporter_${column}_items{${labels}} ${value}`;
    })
    .join("\n");

function check(text: string, expected: string | undefined): void {
  const run = () => expectAccounting(text);
  if (expected === undefined) expect(run).not.toThrow();
  else expect(run).toThrow(expected);
}

test("accounts balance", () => {
  const good = { accepted: 10, delivered: 4, rejected: 3, "dropped timeout": 1, "dropped full": 1, queued: 1 };
  check(page(good), undefined);
  check(page({ ...good, queued: 2 }), "accounts of a/b for metrics");
  check(page({ ...good, accepted: 9 }), "accepted = delivered + rejected + dropped + queued");
  check(page({ accepted: 0.5, delivered: 0.5 }), "are integers");
  check(page({ accepted: 0 }), undefined);
  check("up 1\n", "has no sluice_exporter_accepted_items");
  check(
    'sluice_exporter_accepted_items_total{exporter="x"} 2\nsluice_exporter_queued_items{exporter="x"} 2',
    undefined,
  );
});
