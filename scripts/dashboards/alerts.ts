/** The alert rules: what each looks at, when it fires, and what is to be done then. */
import { over, read } from "./queries.ts";

/** An alert that names what it is about, and says what to do. */
export interface AlertSpec {
  readonly name: string;
  readonly severity: "critical" | "warning";
  /** How long it must hold. */
  readonly for: string;
  /** In the words of a table: when it fires. */
  readonly when: string;
  /** What is looked at: a part of `expr`, without its threshold. */
  readonly value: string;
  readonly expr: string;
  readonly summary: string;
  /** What is the matter, and what to do. */
  readonly description: string;
}

const ofExporter = "job, instance, exporter";
const ofCollector = "job, instance";

/** A sum (or another aggregate) of a metric under each of its names, a name a line. */
function by(labels: string, values: string, aggregate = "sum"): string {
  const [first, ...more] = values.split(" or ");
  const inside = more.length === 0 ? first : `\n${[first, ...more.map((one) => `or ${one}`)].join("\n")}\n`;
  return `${aggregate} by (${labels}) (${inside})`;
}

/** What a counter grew in ten minutes. */
function growth(labels: string, name: string, where = ""): string {
  return by(labels, over("increase", "10m", name, where));
}

/** A counter that is not there before it counts: one that came up within the window grew, too. */
function grewOrCameUp(labels: string, name: string, where = ""): string {
  const now = by(labels, read(name, where));
  const before = by(labels, read(name, where, "offset 10m"));
  return `${growth(labels, name, where)} > 0\nor\n(\n${now}\nunless\n${before}\n) > 0`;
}

const dropped = ["sluice_exporter_dropped_items", 'reason!="superseded"'] as const;
const enqueueFailed = "otelcol_exporter_enqueue_failed_metric_points";
const rejected = growth(ofExporter, "sluice_exporter_rejected_items");
const delivered = by(ofExporter, over("rate", "10m", "sluice_exporter_delivered_items"));
const accepted = by(ofExporter, over("rate", "10m", "sluice_exporter_accepted_items"));
const queued = by(ofExporter, read("sluice_exporter_queued_items"));

const exporters: readonly AlertSpec[] = [
  {
    name: "SluiceDataDropped",
    severity: "critical",
    for: "0m",
    when: "Items were given up within 10 minutes",
    value: growth(`${ofExporter}, reason`, ...dropped),
    expr: grewOrCameUp(`${ofExporter}, reason`, ...dropped),
    summary: "{{ $labels.exporter }} of {{ $labels.instance }} dropped data: {{ $labels.reason }}.",
    description:
      "About {{ $value | humanize }} items were given up within 10 minutes. With the reason retry_exhausted the backend was away for longer than retry_on_failure::max_elapsed_time: mend the backend, then raise that time. With shutdown the queue could not be emptied before the end: allow more time to stop. Any other reason is about the data: the collector's log says which samples are dropped, and what to do.",
  },
  {
    name: "SluiceDataRejected",
    severity: "warning",
    for: "0m",
    when: "A backend refused items for good within 10 minutes",
    value: rejected,
    expr: `${rejected} > 0`,
    summary: "The backend of {{ $labels.exporter }} of {{ $labels.instance }} refuses data.",
    description:
      "About {{ $value | humanize }} items were refused for good within 10 minutes; they are not sent again. The collector's log has the backend's words. Look for a second source of the same series, for limits of the tenant, and for wrong credentials.",
  },
  {
    name: "SluiceEnqueueFailing",
    severity: "critical",
    for: "0m",
    when: "A queue had no room for data within 10 minutes",
    value: growth(ofExporter, enqueueFailed),
    expr: grewOrCameUp(ofExporter, enqueueFailed),
    summary: "The queue of {{ $labels.exporter }} of {{ $labels.instance }} is full.",
    description:
      "About {{ $value | humanize }} metric points were turned away within 10 minutes; what was scraped is lost. Mend the backend, or let more requests travel at once (num_consumers). Raise queue_size if there is memory for it.",
  },
  {
    name: "SluiceQueueFilling",
    severity: "warning",
    for: "5m",
    when: "A queue is filled by a tenth, and full within the hour at the pace of the last 15 minutes",
    ...queueFilling(),
    summary:
      "The queue of {{ $labels.exporter }} of {{ $labels.instance }} is full in {{ $value | humanizeDuration }}.",
    description:
      "At the pace of the last 15 minutes the queue is full in {{ $value | humanizeDuration }}; then data is turned away. See whether the backend answers, and how fast: its errors are in the collector's log. A backend that is only slow needs more requests at once (num_consumers).",
  },
  {
    name: "SluiceNothingDelivered",
    severity: "critical",
    for: "5m",
    when: "An exporter delivered nothing for 10 minutes, although it has data",
    value: delivered,
    expr: `${delivered} == 0\nand (\n${queued} > 0\nor\n${accepted} > 0\n)`,
    summary: "{{ $labels.exporter }} of {{ $labels.instance }} delivers nothing.",
    description:
      "There is data, and for 10 minutes no backend has confirmed any of it: what is shown elsewhere is old. The collector's log says what the backend answers. Check its address, credentials and certificate, and whether the network lets the collector through.",
  },
];

/** Time until a queue is full, by its own measure or by the bytes that any queue may take. */
function queueFilling(): Pick<AlertSpec, "value" | "expr"> {
  const untilFull = (name: string, capacity: string) => {
    const size = by(ofExporter, read(name), "max");
    const pace = by(ofExporter, over("deriv", "15m", name), "max");
    return { time: `(\n${capacity}\n- ${size}\n) / (${pace} > 0)`, filled: `${size}\n> 0.1 * ${capacity}` };
  };
  const units = untilFull(
    "otelcol_exporter_queue_size",
    by(ofExporter, read("otelcol_exporter_queue_capacity"), "max"),
  );
  const bytes = untilFull("sluice_exporter_queue_bytes", "256 * 1024 * 1024");
  const arm = ({ time, filled }: typeof units) => `${time} < 3600\nand\n${filled}`;
  return { value: units.time, expr: `${arm(units)}\nor\n${arm(bytes)}` };
}

const heap = "otelcol_process_runtime_heap_alloc_bytes";
const rss = by(ofCollector, read("otelcol_process_memory_rss"), "max");
/** What a collector may take: a number that people set. */
export const memoryLimit = {
  record: "sluice:memory_limit_bytes",
  expr: `0 * ${rss} + 1024 * 1024 * 1024`,
} as const;
const memoryUse = `${rss} / ${memoryLimit.record}`;
const restarts = by(ofCollector, over("resets", "1h", "otelcol_process_cpu_seconds"));
const lateness = by(ofCollector, read("sluice_event_loop_delay", 'quantile="0.99"'), "max");
const collectorsLately = by("job", over("count_over_time", "1h", heap), "count");
const collectorsNow = by("job", read(heap), "count");
const refused = by(ofCollector, over("increase", "1h", "sluice_reloads", 'outcome="refused"'));

/** Distinct values of something that all collectors of a job should have alike, and how many have each. */
const alike = (values: string): string => `${values}\n!= on (job) group_left ()\n${collectorsNow}`;
const capacities = `count_values by (job, exporter) ("capacity", ${by(ofExporter, read("otelcol_exporter_queue_capacity"), "max")})`;
const scrapeJobs = `count by (job, scrape_job) (${by("job, instance, scrape_job", read("prometheus_target_scrape_pool_targets"), "count")})`;

const processes: readonly AlertSpec[] = [
  {
    name: "SluiceCollectorsGone",
    severity: "critical",
    for: "5m",
    when: "No collector of a job shows itself, and one did within the hour",
    value: collectorsLately,
    expr: `${collectorsLately}\nunless\n${collectorsNow}`,
    summary: "All collectors of the job {{ $labels.job }} are gone.",
    description:
      "Nothing is heard of any of them, though {{ $value }} were there within the hour. See whether they run, and how they ended; if they run, whether their metrics page is still scraped, or what they write still arrives.",
  },
  {
    name: "SluiceMemoryNearLimit",
    severity: "warning",
    for: "10m",
    when: "A collector takes nine tenths of `sluice:memory_limit_bytes`",
    value: memoryUse,
    expr: `${memoryUse} > 0.9`,
    summary: "{{ $labels.instance }} takes {{ $value | humanizePercentage }} of the memory it may take.",
    description:
      "Above the limit it is killed, and what is queued is lost. See what grew: the queue (the backend is behind), or the series (a target shows more, or new ones all the time). Limit jobs by sample_limit, make the queue smaller, or give it more memory.",
  },
  {
    name: "SluiceRestarting",
    severity: "warning",
    for: "0m",
    when: "A collector started anew three times within the hour",
    value: restarts,
    expr: `${restarts} > 2`,
    summary: "{{ $labels.instance }} started anew {{ $value }} times within the hour.",
    description:
      "What was queued at each end may be lost. Look at how it ended: killed for memory (give it more, or limit jobs by sample_limit), ended by a liveness probe (it should not look at exporters), or with an error in the last lines of its log.",
  },
  {
    name: "SluiceEventLoopLate",
    severity: "warning",
    for: "10m",
    when: "The event loop of a collector is a quarter of a second late, one time in a hundred",
    value: lateness,
    expr: `${lateness} > 0.25`,
    summary: "{{ $labels.instance }} is {{ $value | humanizeDuration }} late.",
    description:
      "It has more to do than one thread can, or not enough CPU: scrapes come late, and probes may fail. See whether CPU is throttled and which job has the largest pages. Spread the work: service::workers, or a second collector.",
  },
  {
    name: "SluiceReloadRefused",
    severity: "warning",
    for: "0m",
    when: "A configuration was refused within the hour",
    value: refused,
    expr: `${refused} > 0`,
    summary: "{{ $labels.instance }} refused its new configuration.",
    description:
      "The one before stays in force; a restart would fail. The collector's log names file, line and column, and so does sluice validate. Mend the file and reload again.",
  },
  {
    name: "SluiceConfigDiffers",
    severity: "warning",
    for: "30m",
    when: "Collectors of one job do not have the same exporters, sizes of queues or scrape jobs",
    value: capacities,
    expr: `${alike(capacities)}\nor\n${alike(scrapeJobs)}`,
    summary:
      "Not all collectors of the job {{ $labels.job }} have the same configuration: see {{ $labels.exporter }}{{ $labels.scrape_job }}.",
    description:
      "{{ $value }} of them have it as it is said here. A rollout has stopped half way, or one of them refused a reload. Reload or restart those that are behind. Collectors that are meant to differ need different jobs.",
  },
];

const ofSlots = "job, instance, scrape_job";
const notMeant = 'reason!="shutdown"';
const skipped = `${by(`${ofSlots}, reason`, over("rate", "10m", "sluice_scrape_slots", `outcome="skipped",${notMeant}`))}\n/ on (${ofSlots}) group_left ()\n${by(ofSlots, over("rate", "10m", "sluice_scrape_slots"))}`;
const down = "1 - avg by (job) (up)";

const scrapes: readonly AlertSpec[] = [
  {
    name: "SluiceScrapesSkipped",
    severity: "warning",
    for: "10m",
    when: "One in twenty scrapes of a job is not made",
    value: skipped,
    expr: `${skipped} > 0.05`,
    summary:
      "{{ $labels.instance }} skips {{ $value | humanizePercentage }} of the scrapes of {{ $labels.scrape_job }}: {{ $labels.reason }}.",
    description:
      "With the reason scraping the targets take longer than the interval: raise scrape_interval or make the pages smaller. With pipeline an exporter makes the scraper wait: see its queue. With late the collector has too much to do: see its event loop.",
  },
  {
    name: "SluiceTargetsDown",
    severity: "warning",
    for: "10m",
    when: "A tenth of the targets of a job is down",
    value: down,
    expr: `${down} > 0.1`,
    summary: "{{ $value | humanizePercentage }} of the targets of the job {{ $labels.job }} are down.",
    description:
      "Their last scrapes failed; the dashboard of scraped targets lists them, and the collector's log says why for each. Check the targets, the network between, credentials and scrape_timeout. A page above sample_limit or body_size_limit counts as down, too.",
  },
];

/** All alerts, in groups that are evaluated together. */
export const alertGroups: Readonly<Record<string, readonly AlertSpec[]>> = {
  "sluice-exporters": exporters,
  "sluice-collectors": processes,
  "sluice-scrapes": scrapes,
};
