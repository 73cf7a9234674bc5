/** The dashboard of what is scraped, by the series that a scraper adds to each target. */
import { bars, type DashboardSpec, lines, type Query, type RowSpec, stat } from "./grafana.ts";
import { rate } from "./queries.ts";

const chosen = '{job=~"$job",instance=~"$instance"}';
const stored = `scrape_samples_post_metric_relabeling${chosen}`;

const atAGlance: RowSpec = {
  title: "At a glance",
  panels: [
    stat("Targets", "short", "Targets that are scraped.", `count(up${chosen})`),
    stat("Up", "short", "Targets whose last scrape came through.", `sum(up${chosen})`),
    {
      ...stat("Down", "short", "Targets whose last scrape failed.", `count(up${chosen}) - sum(up${chosen})`),
      alarmAt: 1,
    },
    stat("Samples", "short", "Samples that one round of scrapes brings, after relabelling.", `sum(${stored})`),
    stat(
      "New series",
      "short",
      "Series that the last round of scrapes showed for the first time.",
      `sum(scrape_series_added${chosen})`,
    ),
    {
      ...stat(
        "Oldest sample",
        "s",
        "Age of the last sample of the target that is furthest behind.",
        `max(time() - timestamp(up${chosen}))`,
      ),
      warnAt: 120,
      alarmAt: 240,
    },
  ],
};

const state: RowSpec = {
  title: "Up and down",
  panels: [
    {
      ...lines("Up, by job", "short", "Targets whose last scrape came through.", byJob("sum", `up${chosen}`)),
      stacked: true,
    },
    lines("Down, by job", "short", "Targets whose last scrape failed.", [
      [`count by (job) (up${chosen}) - sum by (job) (up${chosen})`, "{{job}}"],
    ]),
    lines(
      "Gone, by job",
      "short",
      "Targets that were there within the last hour and are no longer scraped: taken away, or their collector is. Their series are stale.",
      [[`count by (job) (count_over_time(up${chosen}[1h]) unless up${chosen})`, "{{job}}"]],
    ),
    {
      type: "table",
      title: "Down now",
      description:
        "The targets whose last scrape failed. The collector's log says why, once a state: look for the target's address.",
      unit: "none",
      queries: [[`max by (job, instance) (up${chosen}) == 0`, ""]],
    },
    bars(
      "Come and go",
      "short",
      "Targets that went up or down most often within the hour.",
      `topk(10, sum by (job, instance) (changes(up${chosen}[1h])))`,
      "{{job}} {{instance}}",
    ),
    lines(
      "Age of the newest sample, by job",
      "s",
      "How far the job's last target is behind. It should not exceed the scrape interval; more is a late scrape, or a backend that is written to late.",
      [[`max by (job) (time() - timestamp(up${chosen}))`, "{{job}}"]],
    ),
  ],
};

const durations: RowSpec = {
  title: "Duration",
  panels: [
    lines("Slowest, by job", "s", "The longest of the last scrapes.", byJob("max", `scrape_duration_seconds${chosen}`)),
    lines("Median, by job", "s", "Half of the last scrapes were faster.", [
      [`quantile by (job) (0.5, scrape_duration_seconds${chosen})`, "{{job}}"],
    ]),
    {
      ...lines(
        "Timeout used, by job",
        "percentunit",
        "The longest of the last scrapes, as a share of its timeout. Needs `extra_scrape_metrics: true`.",
        [[`max by (job) (scrape_duration_seconds${chosen} / scrape_timeout_seconds${chosen})`, "{{job}}"]],
      ),
      alarmAt: 0.9,
    },
  ],
};

const samples: RowSpec = {
  title: "Samples and series",
  panels: [
    lines(
      "On the pages, by job",
      "short",
      "Samples that the pages show.",
      byJob("sum", `scrape_samples_scraped${chosen}`),
    ),
    lines("After relabelling, by job", "short", "What of them goes on.", byJob("sum", stored)),
    lines(
      "New series, by job",
      "short",
      "Series that a round of scrapes shows for the first time. What stays above 0 is churn: labels that change all the time.",
      byJob("sum", `scrape_series_added${chosen}`),
    ),
    bars(
      "Largest jobs",
      "short",
      "Jobs by samples of a round of scrapes, after relabelling.",
      `topk(10, sum by (job) (${stored}))`,
      "{{job}}",
    ),
    bars(
      "Largest targets",
      "short",
      "Targets by samples of a scrape, after relabelling.",
      `topk(10, max by (job, instance) (${stored}))`,
      "{{job}} {{instance}}",
    ),
    bars(
      "Most new series",
      "short",
      "Targets by series that they showed for the first time within the hour.",
      `topk(10, sum by (job, instance) (sum_over_time(scrape_series_added${chosen}[1h])))`,
      "{{job}} {{instance}}",
    ),
    {
      ...bars(
        "Sample limit used",
        "percentunit",
        "Samples as a share of `sample_limit`, of the target that comes closest. A page above it is refused whole. Needs `extra_scrape_metrics: true`.",
        `topk(10, max by (job) (${stored} / (scrape_sample_limit${chosen} > 0)))`,
        "{{job}}",
      ),
      max: 1,
      warnAt: 0.7,
      alarmAt: 0.9,
    },
    bars(
      "Largest pages",
      "bytes",
      "Bytes of a page, decompressed. Needs `extra_scrape_metrics: true`.",
      `topk(10, max by (job, instance) (scrape_body_size_bytes${chosen}))`,
      "{{job}} {{instance}}",
    ),
  ],
};

/** A collector's own series have the job of a target in `scrape_job`; `job` is the collector's. */
const ofJob = 'scrape_job=~"$job"';
const byCollectors: RowSpec = {
  title: "As the collectors saw it (their own metrics; `instance` does not apply)",
  panels: [
    lines("Failed scrapes, by job", "cps", "Scrapes that were tried and failed.", [
      [`sum by (scrape_job) (${rate("sluice_scrape_slots", `${ofJob},outcome="failed"`)})`, "{{scrape_job}}"],
    ]),
    {
      ...lines(
        "Skipped, by job",
        "percentunit",
        "Share of ticks at which no scrape was made, because the one before was not done or the collector was late.",
        [
          [
            `1 - sum by (scrape_job) (${rate("sluice_scrape_slots", `${ofJob},outcome!="skipped"`)}) / sum by (scrape_job) (${rate("sluice_scrape_slots", ofJob)})`,
            "{{scrape_job}}",
          ],
        ],
      ),
      max: 1,
    },
    lines("Pages above a limit", "cps", "Pages refused for `sample_limit` or `body_size_limit`, by all collectors.", [
      [`sum(${rate("prometheus_target_scrapes_exceeded_sample_limit")})`, "sample_limit"],
      [`sum(${rate("prometheus_target_scrapes_exceeded_body_size_limit")})`, "body_size_limit"],
    ]),
  ],
};

/** Shows the targets, whoever scrapes them. */
export const targetsDashboard: DashboardSpec = {
  uid: "sluice-targets",
  title: "Sluice: scraped targets",
  description: "What is scraped: targets up and down, how long a scrape takes, how many samples it brings.",
  beside: ["Collectors", "sluice-collector"],
  variables: [
    { name: "job", of: "up" },
    { name: "instance", of: 'up{job=~"$job"}' },
  ],
  rows: [atAGlance, state, durations, samples, byCollectors],
};

function byJob(aggregate: string, series: string): readonly Query[] {
  return [[`${aggregate} by (job) (${series})`, "{{job}}"]];
}
