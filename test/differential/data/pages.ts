/** Pages that several cases show. */

/** Every type of the text format; counters and histograms grow with `n`. */
export const everything = (n: number): string => `# HELP requests_total Requests, "all" of them\\nin two lines.
# TYPE requests_total counter
requests_total{method="get",code="200"} ${n * 3}
requests_total{method="post",code="500"} ${n}
# HELP temperature_celsius How warm it is.
# TYPE temperature_celsius gauge
temperature_celsius{room="attic"} ${20 + n / 2}
temperature_celsius{room="cellar"} -${n}.5
# TYPE latency_seconds histogram
latency_seconds_bucket{path="/",le="0.1"} ${n}
latency_seconds_bucket{path="/",le="1"} ${n * 2}
latency_seconds_bucket{path="/",le="+Inf"} ${n * 3}
latency_seconds_sum{path="/"} ${n * 1.5}
latency_seconds_count{path="/"} ${n * 3}
# TYPE size_bytes summary
size_bytes{quantile="0.5"} ${n}
size_bytes{quantile="0.99"} ${n * 2}
size_bytes_sum ${n * 10}
size_bytes_count ${n * 4}
# TYPE untold untyped
untold ${n}
plain{a="b"} ${n}
`;

/** One page a scrape. */
export const growing = (page: (n: number) => string): readonly string[] => [1, 2, 3, 4].map(page);

/** Every type of OpenMetrics, with units, exemplars and creation times. */
export const everyOpenMetric = (n: number): string => `# HELP req Requests
# TYPE req counter
req_total{code="200"} ${n} # {trace_id="0af7651916cd43dd8448eb211c80319c",span_id="b7ad6b7169203331"} 0.5 1600000000.123
req_created{code="200"} 1600000000.5
# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
wait_seconds_bucket{le="0.5"} ${n} # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} 0.25
wait_seconds_bucket{le="2.0"} ${n * 2} # {user="me"} 1.5 1600000001
wait_seconds_bucket{le="+Inf"} ${n * 2}
wait_seconds_sum ${n}
wait_seconds_count ${n * 2}
wait_seconds_created 1600000000.5
# TYPE took_seconds summary
# UNIT took_seconds seconds
took_seconds{quantile="0.9"} ${n}
took_seconds_sum ${n * 5}
took_seconds_count ${n * 2}
took_seconds_created 1600000000.5
# TYPE heat_celsius gauge
# UNIT heat_celsius celsius
heat_celsius ${n}.25
# TYPE build info
build_info{version="1.2.3",branch="main"} 1
# TYPE door stateset
door{door="open"} ${n % 2}
door{door="closed"} ${(n + 1) % 2}
# TYPE queue gaugehistogram
queue_bucket{le="1.0"} ${n}
queue_bucket{le="+Inf"} ${n * 2}
queue_gcount ${n * 2}
queue_gsum ${n * 3}
# TYPE mystery unknown
mystery ${n}
# EOF
`;

/** Content types. */
export const openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
