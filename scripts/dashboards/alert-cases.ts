/** Worlds in which alerts must fire, and one in which none may: for `promtool test rules`. */
import { stringify } from "yaml";
import { type AlertSpec, alertGroups } from "./alerts.ts";
import { ownMetrics } from "./queries.ts";

/**
 * Series, to what they show every minute, in promtool's notation: "0+60x120" begins at 0 and grows by 60, 120 times. Where a value
 * is printed, "_" leaves a gap at the beginning of its window: versions of Prometheus differ in whether that moment belongs to it.
 */
type World = Readonly<Record<string, string>>;
/** A world in which an alert fires once. */
interface Case {
  readonly alert: string;
  readonly world: World;
  /** When it fires: minutes after the beginning. */
  readonly at: number;
  /** When it does not, in the same world: before, or after. */
  readonly quietAt: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The value, as the annotations print it. */
  readonly value?: string;
}

const collector = 'job="sluice",instance="c-1"';
const exporter = `${collector},exporter="rw"`;
const inCollector = { job: "sluice", instance: "c-1" };
const inExporter = { ...inCollector, exporter: "rw" };
const GIB = 2 ** 30;

const healthy: World = {
  [`sluice_exporter_accepted_items{${exporter}}`]: "0+600x180",
  [`sluice_exporter_delivered_items{${exporter}}`]: "0+600x180",
  [`sluice_exporter_rejected_items{${exporter}}`]: "0x180",
  [`sluice_exporter_dropped_items{${exporter},reason="superseded"}`]: "0+1x180",
  [`sluice_exporter_dropped_items{${exporter},reason="shutdown"}`]: "7x180",
  [`otelcol_exporter_enqueue_failed_metric_points{${exporter}}`]: "9x180",
  [`sluice_exporter_queued_items{${exporter}}`]: "0 100 0x180",
  [`otelcol_exporter_queue_size{${exporter}}`]: "2 3 1 3x180",
  [`otelcol_exporter_queue_capacity{${exporter}}`]: "10000x180",
  [`otelcol_exporter_queue_capacity{${exporter.replace("c-1", "c-2")}}`]: "10000x180",
  [`sluice_exporter_queue_bytes{${exporter}}`]: "20000 30000 10000 30000x180",
  [`otelcol_process_runtime_heap_alloc_bytes{${collector}}`]: "50000000x180",
  [`otelcol_process_runtime_heap_alloc_bytes{${collector.replace("c-1", "c-2")}}`]: "50000000x180",
  [`otelcol_process_memory_rss{${collector}}`]: `${0.5 * GIB}x180`,
  [`otelcol_process_cpu_seconds{${collector}}`]: "0+3x100 0+3x80",
  [`sluice_event_loop_delay{${collector},quantile="0.99"}`]: "0.01x60 0.4 0.01x120",
  [`sluice_event_loop_delay{${collector},quantile="1"}`]: "0.4x180",
  [`sluice_reloads{${collector},outcome="refused"}`]: "0x180",
  [`sluice_reloads{${collector},outcome="applied"}`]: "0+1x180",
  [`prometheus_target_scrape_pool_targets{${collector},scrape_job="shop"}`]: "3x180",
  [`prometheus_target_scrape_pool_targets{${collector.replace("c-1", "c-2")},scrape_job="shop"}`]: "4x180",
  [`sluice_scrape_slots{${collector},scrape_job="shop",outcome="scraped"}`]: "0+100x180",
  [`sluice_scrape_slots{${collector},scrape_job="shop",outcome="failed"}`]: "0+10x180",
  [`sluice_scrape_slots{${collector},scrape_job="shop",outcome="skipped",reason="late"}`]: "0+1x180",
  'up{job="shop",instance="s-1"}': "1x180",
  'up{job="shop",instance="s-2"}': "1x60 0 0 1x118",
};

const cases: readonly Case[] = [
  {
    // The series comes up with what was dropped at once.
    alert: "SluiceDataDropped",
    world: { [`sluice_exporter_dropped_items{${exporter},reason="retry_exhausted"}`]: "_x20 500x60" },
    at: 25,
    quietAt: 19,
    labels: { ...inExporter, reason: "retry_exhausted" },
    value: "500",
  },
  {
    alert: "SluiceDataDropped",
    world: { [`sluice_exporter_dropped_items{${exporter},reason="shutdown"}`]: "500x29 _ 500x2 1000x60" },
    at: 40,
    quietAt: 60,
    labels: { ...inExporter, reason: "shutdown" },
    value: "555.6",
  },
  {
    alert: "SluiceDataRejected",
    world: { [`sluice_exporter_rejected_items{${exporter}}`]: "1000x24 _ 1000x2 1090x60" },
    at: 35,
    quietAt: 50,
    labels: inExporter,
    value: "100",
  },
  {
    alert: "SluiceEnqueueFailing",
    world: { [`otelcol_exporter_enqueue_failed_metric_points{${exporter}}`]: "_x20 40x60" },
    at: 25,
    quietAt: 40,
    labels: inExporter,
    value: "40",
  },
  {
    alert: "SluiceQueueFilling",
    world: {
      [`otelcol_exporter_queue_size{${exporter}}`]: "0+90x60",
      [`otelcol_exporter_queue_capacity{${exporter}}`]: "5000x60",
    },
    at: 40,
    quietAt: 10,
    labels: inExporter,
    value: "15m 33s",
  },
  {
    // Its own measure is far from full, and the bytes that any queue may take are not.
    alert: "SluiceQueueFilling",
    world: {
      [`otelcol_exporter_queue_size{${exporter}}`]: "0+1x60",
      [`otelcol_exporter_queue_capacity{${exporter}}`]: "10000x60",
      [`sluice_exporter_queue_bytes{${exporter}}`]: "0+5000000x60",
    },
    at: 40,
    quietAt: 4,
    labels: inExporter,
    value: "13m 41s",
  },
  {
    alert: "SluiceNothingDelivered",
    world: {
      [`sluice_exporter_accepted_items{${exporter}}`]: "0+600x30 18000x60",
      [`sluice_exporter_delivered_items{${exporter}}`]: "0+600x10 6000x80",
      [`sluice_exporter_queued_items{${exporter}}`]: "0x10 600+600x20 12000x60",
    },
    at: 60,
    quietAt: 22,
    labels: inExporter,
  },
  {
    // Nothing waits: everything is refused.
    alert: "SluiceNothingDelivered",
    world: {
      [`sluice_exporter_accepted_items{${exporter}}`]: "0+600x60",
      [`sluice_exporter_delivered_items{${exporter}}`]: "0x60",
      [`sluice_exporter_queued_items{${exporter}}`]: "0x60",
    },
    at: 30,
    quietAt: 3,
    labels: inExporter,
  },
  {
    alert: "SluiceCollectorsGone",
    world: {
      [`otelcol_process_runtime_heap_alloc_bytes{${collector}}`]: "1x30 stale",
      [`otelcol_process_runtime_heap_alloc_bytes{${collector.replace("c-1", "c-2")}}`]: "1x30 stale",
    },
    at: 40,
    quietAt: 34,
    labels: { job: "sluice" },
    value: "2",
  },
  {
    alert: "SluiceMemoryNearLimit",
    world: { [`otelcol_process_memory_rss{${collector}}`]: `${0.5 * GIB}x30 ${0.95 * GIB}x60` },
    at: 45,
    quietAt: 38,
    labels: inCollector,
    value: "95%",
  },
  {
    alert: "SluiceRestarting",
    world: { [`otelcol_process_cpu_seconds{${collector}}`]: "0+1x10 0+1x10 0+1x10 0+1x90" },
    at: 50,
    quietAt: 30,
    labels: inCollector,
    value: "3",
  },
  {
    alert: "SluiceEventLoopLate",
    world: { [`sluice_event_loop_delay{${collector},quantile="0.99"}`]: "0.01x30 0.5x60" },
    at: 45,
    quietAt: 38,
    labels: inCollector,
    value: "500ms",
  },
  {
    alert: "SluiceReloadRefused",
    world: { [`sluice_reloads{${collector},outcome="refused"}`]: "0x30 1x120" },
    at: 35,
    quietAt: 95,
    labels: inCollector,
  },
  {
    alert: "SluiceConfigDiffers",
    world: {
      [`otelcol_process_runtime_heap_alloc_bytes{${collector}}`]: "1x90",
      [`otelcol_process_runtime_heap_alloc_bytes{${collector.replace("c-1", "c-2")}}`]: "1x90",
      [`otelcol_exporter_queue_capacity{${exporter}}`]: "1000x90",
    },
    at: 40,
    quietAt: 20,
    labels: { job: "sluice", exporter: "rw", capacity: "1000" },
    value: "1",
  },
  {
    alert: "SluiceConfigDiffers",
    world: {
      [`otelcol_process_runtime_heap_alloc_bytes{${collector}}`]: "1x90",
      [`otelcol_process_runtime_heap_alloc_bytes{${collector.replace("c-1", "c-2")}}`]: "1x90",
      [`prometheus_target_scrape_pool_targets{${collector},scrape_job="shop"}`]: "3x50 stale",
    },
    at: 40,
    quietAt: 60,
    labels: { job: "sluice", scrape_job: "shop" },
    value: "1",
  },
  {
    alert: "SluiceScrapesSkipped",
    world: {
      [`sluice_scrape_slots{${collector},scrape_job="shop",outcome="scraped"}`]: "0+9x90",
      [`sluice_scrape_slots{${collector},scrape_job="shop",outcome="skipped",reason="late"}`]: "0+1x90",
      [`sluice_scrape_slots{${collector},scrape_job="shop",outcome="skipped",reason="shutdown"}`]: "0+5x90",
    },
    at: 30,
    quietAt: 8,
    labels: { ...inCollector, scrape_job: "shop", reason: "late" },
    value: "6.667%",
  },
  {
    alert: "SluiceTargetsDown",
    world: { 'up{job="shop",instance="s-1"}': "1x90", 'up{job="shop",instance="s-2"}': "1x20 0x70" },
    at: 40,
    quietAt: 28,
    labels: { job: "shop" },
    value: "50%",
  },
];

const alerts = Object.values(alertGroups).flat();

/** The file for promtool. A second collector shows the same with the names that a page with suffixes has, and must fire as well. */
export function alertTests(runbookOf: (alert: string) => string): string {
  const calm = alerts.flatMap(({ name }) => [30, 65, 110].map((at) => quiet(name, at)));
  const tests = [
    test("nothing fires when all is well", { ...healthy, ...suffixed(healthy) }, calm),
    ...cases.map((one) => {
      const spec = alerts.find(({ name }) => name === one.alert)!;
      const other = suffixed(one.world);
      const jobs = Object.keys(other).length === 0 ? [one.labels.job!] : [one.labels.job!, "suffixed"];
      const fired = jobs.map((job) => firing(spec, { ...one.labels, job }, one.value ?? "", runbookOf(one.alert)));
      const then = { eval_time: `${one.at}m`, alertname: one.alert, exp_alerts: fired };
      return test(one.alert, { ...one.world, ...other }, [quiet(one.alert, one.quietAt), then]);
    }),
  ];
  return stringify(
    { rule_files: ["alerts.yaml"], evaluation_interval: "1m", tests },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

function test(name: string, world: World, checks: readonly object[]) {
  const series = Object.entries(world).map(([key, values]) => ({ series: key, values }));
  return { name, interval: "1m", input_series: series, alert_rule_test: checks };
}

function quiet(alert: string, at: number) {
  return { eval_time: `${at}m`, alertname: alert, exp_alerts: [] };
}

function firing(
  { severity, summary, description }: AlertSpec,
  labels: Readonly<Record<string, string>>,
  value: string,
  runbook: string,
) {
  const said = (text: string) =>
    text
      .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? "")
      .replaceAll(/\{\{ \$value[^}]*\}\}/g, value);
  return {
    exp_labels: { severity, ...labels },
    exp_annotations: { summary: said(summary), description: said(description), runbook_url: runbook },
  };
}

/** The collector's own series of a world, as of another job: under the last of their names, that with type and unit. */
function suffixed(world: World): World {
  const own = Object.entries(world).filter(([series]) => series.includes('job="sluice"'));
  return Object.fromEntries(
    own.map(([series, values]) => [
      series.replace(/^\w+/, (name) => ownMetrics.get(name)?.at(-1) ?? name).replace('job="sluice"', 'job="suffixed"'),
      values,
    ]),
  );
}
