import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compileRelabel } from "@sluice/lib-prometheus";
import { expect, test } from "vitest";
import { read, targetPage } from "./page.testing.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** A page of as many names, each with its own labels' values: with a rule that reads names each has a recipe of its own. */
function pageOf(names: number, target: number): string {
  const lines = Array.from({ length: names }, (_, i) => `name_${i}{path="/api/${target}/${i}",method="GET"} ${i}\n`);
  // The lines of a histogram are compared with the one before them.
  return `# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_count 1\n${lines.join("")}`;
}

test("what a target's lines were read by goes with the page", () => {
  const relabel = compileRelabel(
    [{ source_labels: ["__name__"], regex: "go_.*", action: "drop" }].map((rule) => ({
      ...rule,
      separator: ";",
      modulus: 0,
      target_label: "",
      replacement: "$1",
    })) as never,
    "utf8",
  );
  const shown = (count: number) =>
    Array.from({ length: count }, (_, target) => {
      const page = targetPage({ rules: { relabel } });
      read(page, pageOf(200, target), 1000);
      return page;
    });
  shown(5);
  collect();
  const before = process.memoryUsage().heapUsed;
  const pages = shown(50);
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / pages.length / 200;
  expect(pages[49]!.series).toBe(202);
  // Objects only: the tables are bytes outside of the heap. Recipes would take some 4 KB a name.
  expect(bytes).toBeLessThan(400);
});
