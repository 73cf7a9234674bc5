import type { Case } from "./case.ts";
import { everything, growing, openMetrics } from "./pages.ts";

const stamped = `at{n="1"} 1 1600000000000
at{n="2"} 2 0
now 3
# TYPE h histogram
h_bucket{le="1"} 1 1600000000000
h_bucket{le="+Inf"} 1 1600000000000
h_sum 1 1600000000000
h_count 1 1600000000000
# TYPE mixed histogram
mixed_bucket{le="1"} 1 1600000000000
mixed_bucket{le="+Inf"} 1 1600000000001
mixed_sum 1 1600000000000
mixed_count 1 1600000000000
`;
const moving = growing((n) => `a 1 ${1_600_000_000_000 + n}\nb ${n} ${1_600_000_000_000 - n}\n`);
const vanishing = [
  'a 1\nb{x="1"} 1\nb{x="2"} 1\n',
  'b{x="1"} 2\n',
  'a 3\nb{x="1"} 3\nb{x="2"} 3\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
  'a 4\nb{x="1"} 4\n',
];
const bucketVanishing = [
  '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="2"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 1\ns_count 1\n',
  '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n# TYPE s summary\ns_sum 1\ns_count 1\n',
  '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="2"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
];

/** What goes wrong or away. */
export const casesOfTroubles: readonly Case[] = [
  { name: "timestamps", targets: { "app:80": stamped } },
  { name: "timestamps-ignored", jobs: [{ honor_timestamps: false }], targets: { "app:80": stamped } },
  { name: "timestamps-moving", targets: { "app:80": moving } },
  {
    name: "timestamps-vanishing",
    jobs: [{ track_timestamps_staleness: true }],
    targets: { "app:80": ["a 1 1600000000000\nb 1\n", "b 2\n", "a 1 1600000000003\n"] },
  },
  { name: "vanishing", targets: { "app:80": vanishing } },
  { name: "vanishing-buckets", targets: { "app:80": bucketVanishing } },
  {
    name: "failing",
    targets: { "app:80": ["a 1\n", { status: 500, body: "a 2\n" }, "a 3\n"], "never:80": { status: 404 } },
  },
  { name: "broken", targets: { "app:80": ["a 1\nb 1\n", "a 2\nb{ 2\n", "a 3\nb 3\n", { body: "", type: "" }] } },
  { name: "broken-timestamp", targets: { "app:80": ["a 1\nb 1 -1000\n", "a 2\nb 1 1.5\n", "a 3\n"] } },
  { name: "empty", targets: { "app:80": ["a 1\n", "", "# nothing\n", "a 4\n"] } },
  {
    name: "sample-limit",
    jobs: [{ sample_limit: 3 }],
    targets: { "app:80": ["a 1\nb 1\n", "a 2\nb 2\nc 2\nd 2\n", "a 3\n"] },
  },
  {
    name: "label-limit",
    jobs: [{ label_limit: 4 }],
    targets: { "app:80": ["a 1\n", 'a 2\nb{x="1",y="2"} 2\n', "a 3\n"] },
  },
  {
    name: "label-name-limit",
    jobs: [{ label_name_length_limit: 10 }],
    targets: { "app:80": ["a 1\n", 'a{longer_than_ten="1"} 2\n', "a 3\n"] },
  },
  {
    name: "label-value-limit",
    jobs: [{ label_value_length_limit: 20 }],
    targets: { "app:80": ["a 1\n", `a{x="${"v".repeat(21)}"} 2\n`, "a 3\n"] },
  },
  {
    name: "body-limit",
    jobs: [{ body_size_limit: "1KB" }],
    targets: { "app:80": ["a 1\n", `#${" ".repeat(2000)}\na 2\n`, "a 3\n"] },
  },
  {
    name: "extra-metrics",
    global: { extra_scrape_metrics: true },
    jobs: [{ sample_limit: 100, body_size_limit: "1MB" }],
    targets: { "app:80": [everything(1), { status: 500 }, everything(3)] },
  },
  {
    name: "target-limit",
    jobs: [{ target_limit: 1 }, {}],
    targets: { "app:80": "a 1\n", "other:80": "b 1\n" },
  },
  {
    name: "exemplars-bad",
    targets: {
      "app:80": {
        body: `# TYPE a counter\na_total 1 # {trace_id="short"} 1\n# TYPE b counter\nb_total{x="1"} 1 # {} 2\nb_total{x="2"} 1 # {k="${"v".repeat(140)}"} 2\n# EOF\n`,
        type: openMetrics,
      },
    },
  },
];
