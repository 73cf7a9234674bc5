import { describe, expect, test } from "vitest";
import { accountOnPage, accountProblems, lastAccount, loopDelay, slotOutcomes, sumOf } from "./own-numbers.ts";

const page = `# HELP sluice_scrape_slots Ticks.
sluice_scrape_slots{outcome="scraped",receiver="prometheus",scrape_job="a"} 90
sluice_scrape_slots{outcome="scraped",receiver="prometheus",scrape_job="b"} 9
sluice_scrape_slots{outcome="late",receiver="prometheus",scrape_job="a"} 1
sluice_exporter_accepted_items{exporter="x",otel_signal="metrics"} 10
sluice_exporter_delivered_items{exporter="x",otel_signal="metrics"} 7
sluice_exporter_dropped_items{exporter="x",otel_signal="metrics",reason="shutdown"} 1
sluice_exporter_dropped_items{exporter="x",otel_signal="metrics",reason="retry_exhausted"} 2
sluice_event_loop_delay{quantile="0.5"} 0.001
sluice_event_loop_delay{quantile="0.99"} 0.02
sluice_event_loop_delay{quantile="1"} 0.5
otelcol_process_runtime_heap_alloc_bytes 2.5e+07
`;
const stopped =
  '{"msg":"exporter stopped","accepted":10,"delivered":7,"rejected":0,"dropped":{"shutdown":2,"a":1},"queued":0}';

test("a sum over lines", () => expect(sumOf(page, "sluice_scrape_slots")).toBe(100));
test("a sum over lines with a label", () => expect(sumOf(page, "sluice_scrape_slots", 'job="b"')).toBe(9));
test("a metric without labels", () => expect(sumOf(page, "otelcol_process_runtime_heap_alloc_bytes")).toBe(25e6));
test("a metric that is not there", () => expect(sumOf(page, "sluice_scrape")).toBe(0));
test("slots", () => expect(slotOutcomes(page)).toEqual({ scraped: 99, late: 1 }));
test("the longest delay stands for p99.9", () => expect(loopDelay(page)).toEqual({ p99: 0.02, p999: 0.5 }));
test("p99.9 where the page has it", () =>
  expect(loopDelay(`${page}sluice_event_loop_delay{quantile="0.999"} 0.1\n`)).toEqual({ p99: 0.02, p999: 0.1 }));
test("no delay yet", () => expect(loopDelay("")).toBeUndefined());

describe("accounts", () => {
  const account = { accepted: 10, delivered: 7, rejected: 0, dropped: 3, superseded: 0, queued: 0 };
  test("on the page", () => expect(accountOnPage(page)).toEqual(account));
  test("in the log", () =>
    expect(lastAccount(`{"msg":"x"}\n${stopped}\n{"msg":"y"}\n`)).toEqual({ ...account, reasons: "2 shutdown, 1 a" }));
  test("not in the log", () => expect(lastAccount("killed")).toBeUndefined());

  const check = (change: Partial<typeof account>, sent: number, problems: number) =>
    expect(accountProblems({ ...account, dropped: 0, accepted: 7, ...change }, sent)).toHaveLength(problems);
  test("right", () => check({}, 7, 0));
  test("the sink was sent more than was delivered", () => check({}, 8, 1));
  test("accepted is not what became of it", () => check({ accepted: 8 }, 7, 1));
  test("dropped", () => check({ accepted: 8, dropped: 1 }, 7, 1));
  test("stale markers of series that went on", () => check({ accepted: 8, dropped: 1, superseded: 1 }, 7, 0));
  test("left in the queue", () => check({ accepted: 8, queued: 1 }, 7, 1));
  test("none", () => expect(accountProblems(undefined, 7)).toHaveLength(1));
});
