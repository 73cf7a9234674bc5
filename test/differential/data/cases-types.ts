import type { Case } from "./case.ts";
import { openMetrics } from "./pages.ts";

const incomplete = `# TYPE no_count histogram
no_count_bucket{le="1"} 1
no_count_bucket{le="+Inf"} 2
no_count_sum 3
# TYPE no_sum histogram
no_sum_bucket{le="1"} 1
no_sum_bucket{le="+Inf"} 2
no_sum_count 2
# TYPE no_inf histogram
no_inf_bucket{le="1"} 1
no_inf_sum 3
no_inf_count 2
# TYPE no_buckets histogram
no_buckets_sum 3
no_buckets_count 2
# TYPE only_inf histogram
only_inf_bucket{le="+Inf"} 2
only_inf_sum 3
only_inf_count 2
# TYPE only_buckets histogram
only_buckets_bucket{le="1"} 1
`;
const wrong = `# TYPE falling histogram
falling_bucket{le="1"} 5
falling_bucket{le="2"} 3
falling_bucket{le="+Inf"} 5
falling_sum 1
falling_count 5
# TYPE beyond histogram
beyond_bucket{le="1"} 5
beyond_bucket{le="+Inf"} 5
beyond_sum 1
beyond_count 4
# TYPE twice histogram
twice_bucket{le="1"} 1
twice_bucket{le="1.0"} 1
twice_bucket{le="+Inf"} 1
twice_sum 1
twice_count 1
# TYPE unsorted histogram
unsorted_count 3
unsorted_bucket{le="+Inf"} 3
unsorted_bucket{le="10"} 2
unsorted_bucket{le="2"} 1
unsorted_sum 4
# TYPE no_le histogram
no_le_bucket 1
no_le_bucket{le="x"} 1
no_le_sum 1
no_le_count 1
# TYPE fraction histogram
fraction_bucket{le="1"} 0.5
fraction_bucket{le="+Inf"} 1.5
fraction_sum 1
fraction_count 1.5
`;
const empty = `# TYPE idle histogram
idle_bucket{le="1"} 0
idle_bucket{le="+Inf"} 0
idle_sum 0
idle_count 0
# TYPE nan histogram
nan_bucket{le="1"} 1
nan_bucket{le="+Inf"} 1
nan_sum NaN
nan_count 1
# TYPE negative histogram
negative_bucket{le="-1"} 1
negative_bucket{le="0"} 2
negative_bucket{le="+Inf"} 2
negative_sum -3
negative_count 2
`;
const summaries = `# TYPE full summary
full{quantile="0.5"} 1
full{quantile="1"} 2
full_sum 3
full_count 4
# TYPE no_quantiles summary
no_quantiles_sum 3
no_quantiles_count 4
# TYPE no_count summary
no_count{quantile="0.5"} 1
no_count_sum 3
# TYPE no_sum summary
no_sum{quantile="0.5"} 1
no_sum_count 3
# TYPE only_quantiles summary
only_quantiles{quantile="0.5"} 1
# TYPE nan summary
nan{quantile="0.5"} NaN
nan_sum 0
nan_count 0
# TYPE no_quantile summary
no_quantile 1
no_quantile_sum 1
no_quantile_count 1
`;
const names = `# TYPE counted counter
counted 1
# TYPE gauge_total gauge
gauge_total 1
# TYPE ratio_ratio gauge
ratio_ratio 1
# TYPE things_bucket gauge
things_bucket 1
# TYPE odd_info gauge
odd_info 1
# TYPE late_created counter
late_created 1
untyped_total 1
untyped_sum 1
__double__under 1
_under 1
a__b 1
# TYPE a_total_b counter
a_total_b 1
x_seconds_total 1
# TYPE twice gauge
# TYPE twice counter
twice 1
`;
const changing = [
  "# TYPE shape counter\nshape 1\n# TYPE other gauge\nother 1\n",
  '# TYPE shape gauge\nshape 2\n# TYPE other histogram\nother_bucket{le="+Inf"} 1\nother_sum 1\nother_count 1\n',
  "shape 3\n# TYPE other summary\nother_sum 1\nother_count 1\n",
  "# TYPE shape counter\nshape 4\n# TYPE other gauge\nother 1\n",
];
const help = `# HELP one First.
# TYPE one gauge
one 1
# HELP two Back\\\\slash and "quotes"\\nand lines
# TYPE two counter
two_total 1
# HELP three Without a type.
three 1
# TYPE four gauge
# HELP four Grüße
four 1
`;
const units = `# TYPE a_seconds gauge
# UNIT a_seconds seconds
a_seconds 1
# TYPE b_bytes counter
# UNIT b_bytes bytes
b_bytes_total 1
# TYPE c_ratio gauge
# UNIT c_ratio ratio
c_ratio 0.5
# TYPE d_parsecs gauge
# UNIT d_parsecs parsecs
d_parsecs 1
# TYPE e_meters_per_second gauge
# UNIT e_meters_per_second meters_per_second
e_meters_per_second 1
# TYPE f_percent gauge
# UNIT f_percent percent
f_percent 1
# TYPE g_seconds histogram
# UNIT g_seconds seconds
g_seconds_bucket{le="1.0"} 1
g_seconds_bucket{le="+Inf"} 1
g_seconds_sum 1
g_seconds_count 1
# EOF
`;

/** What metrics are. */
export const casesOfTypes: readonly Case[] = [
  { name: "histograms-incomplete", targets: { "app:80": incomplete } },
  { name: "histograms-wrong", targets: { "app:80": wrong } },
  { name: "histograms-empty", targets: { "app:80": empty } },
  { name: "summaries", targets: { "app:80": summaries } },
  { name: "names", targets: { "app:80": names } },
  { name: "names-plain", exporter: { add_metric_suffixes: false }, targets: { "app:80": names } },
  { name: "types-changing", targets: { "app:80": changing } },
  { name: "metadata", exporter: { send_metadata: true }, targets: { "app:80": help } },
  {
    name: "metadata-written-2",
    exporter: { protobuf_message: "io.prometheus.write.v2.Request" },
    targets: { "app:80": help },
  },
  { name: "units", exporter: { send_metadata: true }, targets: { "app:80": { body: units, type: openMetrics } } },
  {
    name: "units-plain",
    exporter: { add_metric_suffixes: false },
    targets: { "app:80": { body: units, type: openMetrics } },
  },
  {
    name: "unit-alone",
    targets: {
      "app:80": { body: "# TYPE _seconds gauge\n# UNIT _seconds seconds\n_seconds 1\n# EOF\n", type: openMetrics },
    },
  },
  {
    name: "units-trimmed",
    receiver: { trim_metric_suffixes: true },
    exporter: { add_metric_suffixes: false },
    targets: { "app:80": { body: units, type: openMetrics } },
  },
  {
    name: "units-trimmed-and-back",
    receiver: { trim_metric_suffixes: true },
    targets: { "app:80": { body: units, type: openMetrics } },
  },
];
