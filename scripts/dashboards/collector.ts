/** The dashboard of the collector's own metrics. */
import { type DashboardSpec, lines, type Query, type RowSpec, stat } from "./grafana.ts";
import { over, rate, read } from "./queries.ts";

const own = 'job=~"$job",instance=~"$instance"';
const exporters = `${own},exporter=~"$exporter"`;
const heap = "otelcol_process_runtime_heap_alloc_bytes";

/** The growth of a counter of exporters, summed by these labels. */
const perSecond = (name: string, by = "", labels = exporters): string =>
  `sum${by === "" ? "" : ` by (${by})`} (${rate(name, labels)})`;
const byExporter = (name: string): Query => [perSecond(name, "exporter"), "{{exporter}}"];

const accepted = "sluice_exporter_accepted_items";
const delivered = "sluice_exporter_delivered_items";
const rejected = "sluice_exporter_rejected_items";
const dropped = "sluice_exporter_dropped_items";
const steady = "sluice_exporter_steady_items";
const translated = "otelcol_exporter_prometheusremotewrite_translated_time_series";

const atAGlance: RowSpec = {
  title: "At a glance",
  panels: [
    stat("Collectors", "short", "How many collectors the chosen jobs have.", `count(${read(heap, own)})`),
    stat("Accepted", "cps", "Items (samples) that exporters took, a second.", perSecond(accepted)),
    stat("Delivered", "cps", "Items that backends confirmed, a second.", perSecond(delivered)),
    {
      ...stat(
        "Dropped",
        "short",
        "Items given up in the time shown. Each is lost data; the panel below says why.",
        `sum(${over("increase", "$__range", dropped, `${exporters},reason!="superseded"`)})`,
      ),
      alarmAt: 1,
    },
    {
      ...stat(
        "Rejected",
        "short",
        "Items that backends refused for good in the time shown. The collector's log has their words.",
        `sum(${over("increase", "$__range", rejected, exporters)})`,
      ),
      alarmAt: 1,
    },
    stat("Queued", "short", "Items that wait in memory.", `sum(${read("sluice_exporter_queued_items", exporters)})`),
  ],
};

const account: RowSpec = {
  title: "Account: accepted = delivered + rejected + dropped + queued",
  panels: [
    lines(
      "What became of items",
      "cps",
      "What exporters took, and what became of it. All is well when the first two are one line.",
      [
        [perSecond(accepted), "accepted"],
        [perSecond(delivered), "delivered"],
        [perSecond(rejected), "rejected"],
        [perSecond(dropped), "dropped"],
      ],
    ),
    lines(
      "Dropped, by reason",
      "cps",
      "Items given up here: `retry_exhausted` is a backend that was away too long, `shutdown` a queue that could not be emptied; others are about the data itself.",
      [[perSecond(dropped, "exporter, reason"), "{{exporter}}: {{reason}}"]],
    ),
    lines(
      "Rejected, by exporter",
      "cps",
      "Items that a backend refused for good; of those, the uncertain ones may be stored: an answer was lost, and the request refused as repeated.",
      [
        [perSecond(rejected, "exporter"), "{{exporter}}"],
        [perSecond("sluice_exporter_uncertain_items", "exporter"), "{{exporter}}: uncertain"],
      ],
    ),
  ],
};

const throughput: RowSpec = {
  title: "Throughput",
  panels: [
    lines("Received", "cps", "Metric points that each receiver handed on.", [
      [perSecond("otelcol_receiver_accepted_metric_points", "receiver", own), "{{receiver}}"],
    ]),
    lines(
      "Turned away",
      "cps",
      "Metric points that a receiver could not hand on, because an exporter had no room. Scrapes are lost then; senders may try again.",
      [[perSecond("otelcol_receiver_refused_metric_points", "receiver", own), "{{receiver}}"]],
    ),
    lines(
      "Requests of senders, by answer",
      "reqps",
      "What the receivers of remote write answered. 400 is the sender's fault, 429 and 503 ask it to wait.",
      [[perSecond("sluice_receiver_requests", "receiver, code", own), "{{receiver}}: {{code}}"]],
    ),
    lines("Sent", "cps", "Metric points that each exporter delivered.", [
      byExporter("otelcol_exporter_sent_metric_points"),
    ]),
    lines(
      "Samples",
      "cps",
      "Samples that each exporter made of the points. A histogram is one point and many samples.",
      [byExporter(translated)],
    ),
    {
      ...lines(
        "Steady share",
        "percentunit",
        "Share of samples that only had to be filled into a prepared request, which is the cheap way. It falls when targets show other series at each scrape.",
        [[`${perSecond(steady, "exporter")} / ${perSecond(translated, "exporter")}`, "{{exporter}}"]],
      ),
      max: 1,
    },
  ],
};

const size = `(${read("otelcol_exporter_queue_size", exporters)})`;
const capacity = `(${read("otelcol_exporter_queue_capacity", exporters)})`;
const growth = `(${over("deriv", "15m", "otelcol_exporter_queue_size", exporters)})`;
const queue: RowSpec = {
  title: "Queue",
  panels: [
    {
      ...lines(
        "Use",
        "percentunit",
        "What the queue holds of what it may hold, in units of its sizer. At 1 it turns data away.",
        [[`max by (instance, exporter) (${size} / ${capacity})`, "{{exporter}} {{instance}}"]],
      ),
      max: 1,
      warnAt: 0.5,
      alarmAt: 0.9,
    },
    lines("Size and capacity", "short", "The same as numbers: requests, unless the sizer says otherwise.", [
      [`sum by (exporter) ${size}`, "{{exporter}}"],
      [`sum by (exporter) ${capacity}`, "{{exporter}}: capacity"],
    ]),
    lines(
      "Time until it is full",
      "s",
      "At the pace of the last 15 minutes. Nothing is shown while it does not grow.",
      [[`min by (instance, exporter) ((${capacity} - ${size}) / (${growth} > 0))`, "{{exporter}} {{instance}}"]],
    ),
    lines(
      "Bytes",
      "bytes",
      "Memory of what is queued. Whatever its capacity, a queue of remote write takes 256 MiB at most.",
      [
        [
          `max by (instance, exporter) (${read("sluice_exporter_queue_bytes", exporters)})`,
          "{{exporter}} {{instance}}",
        ],
      ],
    ),
    lines("Items", "short", "Samples that wait. What a kill would lose.", [
      [`sum by (exporter) (${read("sluice_exporter_queued_items", exporters)})`, "{{exporter}}"],
    ]),
    lines("Turned away by the queue", "cps", "Metric points for which the queue had no room.", [
      byExporter("otelcol_exporter_enqueue_failed_metric_points"),
    ]),
  ],
};

const answers: RowSpec = {
  title: "Requests and answers",
  panels: [
    lines(
      "Answered",
      "reqps",
      "Requests that a backend took, or refused for good. One that is tried again counts when that ends.",
      [byExporter("otelcol_exporter_prometheusremotewrite_sent_batches")],
    ),
    {
      ...lines(
        "Under way",
        "percentunit",
        "Requests under way, of those that may be. At 1 for long, the backend is slow, or requests are tried again and again.",
        [
          [
            `sum by (exporter) (${read("otelcol_exporter_in_flight_requests", exporters)}) / sum by (exporter) (${read("otelcol_exporter_prometheusremotewrite_consumers", exporters)})`,
            "{{exporter}}",
          ],
        ],
      ),
      max: 1,
    },
    lines(
      "Given up",
      "cps",
      "Metric points whose sending ended in vain: refused, or not delivered within the time for retries.",
      [byExporter("otelcol_exporter_send_failed_metric_points")],
    ),
    lines(
      "Items in a request",
      "short",
      "Samples in each answered request, on average. Small ones cost the backend more.",
      [
        [
          `(${perSecond(delivered, "exporter")} + ${perSecond(rejected, "exporter")}) / ${perSecond("otelcol_exporter_prometheusremotewrite_sent_batches", "exporter")}`,
          "{{exporter}}",
        ],
      ],
    ),
    lines("Written", "cps", "What backends say they wrote (2.0), or what they took (1.0).", [
      [perSecond("otelcol_exporter_prometheusremotewrite_written_samples", "exporter"), "{{exporter}}: samples"],
      [perSecond("otelcol_exporter_prometheusremotewrite_written_histograms", "exporter"), "{{exporter}}: histograms"],
      [perSecond("otelcol_exporter_prometheusremotewrite_written_exemplars", "exporter"), "{{exporter}}: exemplars"],
    ]),
  ],
};

const limits: readonly Query[] = [
  ["prometheus_target_scrapes_exceeded_sample_limit", "pages: sample_limit"],
  ["prometheus_target_scrapes_exceeded_body_size_limit", "pages: body_size_limit"],
  ["prometheus_target_scrape_pool_exceeded_label_limits", "pages: limits on labels"],
  ["prometheus_target_scrape_pool_exceeded_target_limit", "jobs: target_limit"],
  ["prometheus_target_scrapes_sample_duplicate_timestamp", "samples: repeated"],
  ["prometheus_target_scrapes_sample_out_of_order", "samples: out of order"],
  ["prometheus_target_scrapes_sample_out_of_bounds", "samples: too far ahead"],
];
const slots = "sluice_scrape_slots";
const scrapes: RowSpec = {
  title: "Scrapes",
  panels: [
    {
      ...lines(
        "Slots, by outcome",
        "cps",
        "Ticks of all targets, each counted once. Skipped ones say why: the scrape before was still fetching (scraping) or handed on (pipeline), or the tick came too late (late).",
        [[perSecond(slots, "outcome, reason", own), "{{outcome}} {{reason}}"]],
      ),
      stacked: true,
    },
    {
      ...lines(
        "Failed, by job",
        "percentunit",
        "Share of scrapes that failed: targets that are down, too slow, or show what cannot be read.",
        [
          [
            `${perSecond(slots, "scrape_job", `${own},outcome="failed"`)} / ${perSecond(slots, "scrape_job", `${own},outcome=~"scraped|failed"`)}`,
            "{{scrape_job}}",
          ],
        ],
      ),
      max: 1,
    },
    {
      ...lines("Skipped, by job", "percentunit", "Share of ticks at which no scrape was made. Should be 0.", [
        [
          `1 - ${perSecond(slots, "scrape_job", `${own},outcome!="skipped"`)} / ${perSecond(slots, "scrape_job", own)}`,
          "{{scrape_job}}",
        ],
      ]),
      max: 1,
    },
    lines(
      "Targets, by job",
      "short",
      "Targets that the collectors scrape. Which of them are up is in the dashboard of scraped targets.",
      [[`sum by (scrape_job) (${read("prometheus_target_scrape_pool_targets", own)})`, "{{scrape_job}}"]],
    ),
    lines("Series, by job", "short", "Series that the targets showed last.", [
      [`sum by (scrape_job) (${read("prometheus_target_scrape_pool_series", own)})`, "{{scrape_job}}"],
    ]),
    lines(
      "Refused pages and samples",
      "cps",
      "Pages that hit a limit, which are refused whole, and samples that were left out of a page.",
      limits.map(([name, legend]): Query => [perSecond(name, "", own), legend]),
    ),
  ],
};

const byQuantile = (label: string): Query => [
  `max by (instance) (${read("sluice_event_loop_delay", `${own},quantile="${label}"`)})`,
  `{{instance}}: ${label}`,
];
const cpu = "otelcol_process_cpu_seconds";
const process: RowSpec = {
  title: "Process",
  panels: [
    lines(
      "Memory",
      "bytes",
      "What the process takes (resident), and the objects on its heap. The launcher gives the heap half of what the process may take; `heap_limit_mib` in the first line of the log.",
      [
        [`max by (instance) (${read("otelcol_process_memory_rss", own)})`, "{{instance}}"],
        [`max by (instance) (${read(heap, own)})`, "{{instance}}: heap"],
        [
          `max by (instance) (${read("otelcol_process_runtime_total_sys_memory_bytes", own)})`,
          "{{instance}}: heap and buffers obtained",
        ],
      ],
    ),
    lines("Remembered series", "bytes", "Memory for what is known of series: by the scraper, and by the exporters.", [
      [`sum by (instance) (${read("prometheus_target_scrape_pool_cache_bytes", own)})`, "{{instance}}: scraper"],
      [`sum by (instance) (${read("sluice_exporter_series_bytes", own)})`, "{{instance}}: exporters"],
    ]),
    lines(
      "Event loop delay",
      "s",
      "How late the event loop was between two readings: the median, 99 of 100, and the worst. Late loops make scrapes late.",
      [byQuantile("0.5"), byQuantile("0.99"), byQuantile("1")],
    ),
    lines("CPU", "short", "Processors in use: 1 is one of them, wholly.", [
      [perSecond(cpu, "instance", own), "{{instance}}"],
    ]),
    lines("CPU of a million items", "s", "Seconds of CPU that a million accepted items cost, all told.", [
      [`1e6 * ${perSecond(cpu, "instance", own)} / ${perSecond(accepted, "instance", own)}`, "{{instance}}"],
    ]),
    lines("Uptime", "s", "Since the start of the process.", [
      [`max by (instance) (${read("otelcol_process_uptime", own)})`, "{{instance}}"],
    ]),
    lines(
      "Reloads",
      "short",
      "How often the configuration was read again, and what came of it. A refused one left the one before in force; the log says why.",
      [
        [
          `sum by (instance, outcome) (${over("increase", "$__rate_interval", "sluice_reloads", own)})`,
          "{{instance}}: {{outcome}}",
        ],
      ],
    ),
    {
      type: "table",
      title: "Versions",
      description: "Collectors and their versions.",
      unit: "none",
      width: 16,
      queries: [[`max by (job, instance, service_version) (target_info{${own}})`, ""]],
    },
  ],
};

/** Shows what a collector says of itself: docs/own-metrics.md. */
export const collectorDashboard: DashboardSpec = {
  uid: "sluice-collector",
  title: "Sluice: collectors",
  description: "The collectors' own metrics: the account of items, queues, scrapes and the process.",
  beside: ["Scraped targets", "sluice-targets"],
  variables: [
    { name: "job", of: heap },
    { name: "instance", of: `${heap}{job=~"$job"}` },
    { name: "exporter", of: `sluice_exporter_queued_items{${own}}` },
  ],
  rows: [atAGlance, account, throughput, queue, answers, scrapes, process],
};
