/** One argued way to differ. */
export interface Listed {
  readonly reason: string;
  /** What the series (or other line) that differs begins with, or what only one of the two lines has. */
  readonly what: RegExp;
  /** How many lines of which case differ so; another number is a difference that nobody argued. */
  readonly cases: Readonly<Record<string, number>>;
}

/**
 * Ways in which what we send differs from upstream's collector, the first that fits. Where upstream and a Prometheus server differ,
 * ours is what the server would have stored.
 */
export const listed: readonly Listed[] = [
  {
    reason: "exemplars of buckets are sent with 2.0 too; upstream loses them there",
    what: / {2}exemplar /,
    cases: { "open-metrics-created": 2, "protobuf-counts-wrong": 1, "written-2-open-metrics": 3 },
  },
  {
    reason: "a native histogram whose buckets do not add up fails its scrape, as on a Prometheus server",
    what: /^(?!scrape_series).*protobuf-counts-wrong/,
    cases: { "protobuf-counts-wrong": 6 },
  },
  {
    reason: "a job that asks for custom buckets gets them, as on a Prometheus server; upstream turns them back",
    what: /^latency_seconds.*custom-buckets/,
    cases: { "custom-buckets": 6 },
  },
  {
    reason: "a bucket that vanishes ends alone; upstream leaves out the whole histogram",
    what: /vanishing-buckets/,
    cases: { "vanishing-buckets": 5 },
  },
  {
    reason:
      "an info metric keeps the name on the page, as on a Prometheus server; upstream cuts it to the name of its family",
    what: /^(metadata )?build/,
    cases: {
      "open-metrics": 2,
      "open-metrics-plain": 4,
      "open-metrics-created": 2,
      "content-type-wrong": 2,
      "written-2-open-metrics": 2,
    },
  },
  {
    reason: "buckets of a gauge histogram keep their name too; upstream cuts them to the name of the family",
    what: /^(metadata )?queue(_bucket)?[ {]/,
    cases: {
      "open-metrics": 4,
      "open-metrics-plain": 6,
      "open-metrics-created": 4,
      "content-type-wrong": 4,
      "written-2-open-metrics": 4,
    },
  },
  {
    reason:
      "a `_created` line is a series, as on a Prometheus server, unless the feature gate makes it a start time; upstream takes it as one always",
    what: /^(metadata )?\w+_created[ {]|\^1600000000500/,
    cases: { "open-metrics": 3, "open-metrics-plain": 6, "content-type-wrong": 3, "written-2-open-metrics": 9 },
  },
  {
    reason: "all series of a target end when its scrape fails; upstream forgets those that stood before the mistake",
    what: /^[abc]\{.*(sample-limit|label-limit|broken|bad-number|without-end)/,
    cases: { "text-bad-number": 1, "open-metrics-without-end": 1, broken: 1, "sample-limit": 3, "label-limit": 1 },
  },
  {
    reason: "the sum of a histogram that ends, ends too; upstream forgets it",
    what: /^(latency_seconds|h|classic_seconds)_sum\{/,
    cases: { "text-legacy-names": 1, vanishing: 1, "extra-metrics": 1 },
  },
  {
    reason:
      "an approximation, of what was added: neither lines of a failed scrape, nor further lines of one series, nor what is older than the series",
    what: /^scrape_series_added/,
    cases: {
      "text-bad-number": 1,
      "protobuf-counts-wrong": 1,
      "histograms-wrong": 1,
      "types-changing": 1,
      "honor-labels": 1,
      "honor-labels-not": 1,
      "labels-of-target": 1,
      "target-info": 1,
      "target-info-as-labels": 1,
      "target-info-off": 1,
      "target-info-vanishing": 1,
      "metric-relabel-colliding": 1,
      "external-labels-of-receiver": 1,
      "external-labels": 1,
      "timestamps-vanishing": 1,
      broken: 1,
      "broken-timestamp": 1,
      "sample-limit": 1,
      "label-limit": 1,
    },
  },
  {
    reason:
      "a native histogram stays as the target has it: with fractions, with an empty zero bucket; upstream makes whole numbers of it and widens the bucket",
    what: /^(float|coarse)_seconds/,
    cases: { "protobuf-float": 2, "protobuf-limited": 2 },
  },
  {
    reason:
      "a scraped histogram or summary is sent as it stood on the page, whatever is missing or wrong, as a Prometheus server stores it",
    what: /histograms-|summaries|^size_bytes.*quantile=/,
    cases: { "histograms-incomplete": 6, "histograms-wrong": 16, summaries: 6, "metric-relabel": 2 },
  },
  {
    reason:
      "a series whose name changes with its type ends under the old one; upstream lets it hang, or ends what goes on",
    what: /types-changing/,
    cases: { "types-changing": 6 },
  },
  {
    reason:
      "the first of two samples of one series and time counts, as on a Prometheus server; upstream takes the last, or both",
    what: /^(fed|first|second|work)\{.*(honor-labels|labels-of-target|external-labels|colliding|target-info-off)/,
    cases: {
      "honor-labels": 1,
      "honor-labels-not": 1,
      "labels-of-target": 1,
      "target-info-off": 1,
      "metric-relabel-colliding": 2,
      "external-labels-of-receiver": 1,
      "external-labels": 1,
    },
  },
  {
    reason: "the scope's schema is a label, as the specification says",
    what: /^work.*otel_scope_name="lib"/,
    cases: { "target-info": 2, "target-info-as-labels": 2, "target-info-vanishing": 2 },
  },
  {
    reason: "a unit that the name ends with is not appended again; upstream looks for single words",
    what: /e_meters_per_second/,
    cases: { units: 4 },
  },
  {
    reason: "the receiver's own series are not trimmed: dashboards look for `scrape_duration_seconds`",
    what: /^scrape_duration.*units-trimmed/,
    cases: { "units-trimmed": 2 },
  },
  {
    reason: "a histogram has one time; lines with several are dropped whole, where upstream takes the first line's",
    what: /^mixed_/,
    cases: { timestamps: 4 },
  },
  {
    reason: "samples older than the last one of their series are not sent: a Prometheus server refuses them",
    what: /timestamps-(moving|vanishing)/,
    cases: { "timestamps-moving": 1, "timestamps-vanishing": 1 },
  },
  {
    reason: "zero below zero is a value of its own; upstream loses the sign",
    what: /^numbers.*n="zero"/,
    cases: { "text-strange": 1 },
  },
  {
    reason: "the namespace is made a valid name like the rest; upstream sends one that a backend may refuse",
    what: /^my[._]ns_.*strategy-Underscore/,
    cases: { "strategy-UnderscoreEscapingWithSuffixes": 20, "strategy-UnderscoreEscapingWithoutSuffixes": 2 },
  },
];
