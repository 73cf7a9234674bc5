/** A page with every type of metric whose values and series depend on its number alone, in both formats. */
const bounds = [0.1, 0.5, 1, 2.5, 10];

export interface GeneratedPage {
  readonly text: string;
  readonly openMetrics: string;
}

/** The n-th page: values move, series come and go, a bucket vanishes, a type changes. */
export function generatedPage(n: number): GeneratedPage {
  const families = [
    counter(n),
    gauges(n),
    histogram(n),
    summary(n),
    { om: "unknown", text: "untyped", name: "gen_untyped", lines: [`gen_untyped{odd="a\\"b\\\\c\\nd"} ${n * 0.1}`] },
    changing(n),
    {
      om: "gauge",
      text: "gauge",
      name: "gen_special",
      lines: ["NaN", "+Inf", "-Inf", "-0", "1e-300", "123456789012345680"].map((v, i) => `gen_special{i="${i}"} ${v}`),
    },
  ];
  const body = (format: "om" | "text") =>
    families
      .map(({ name, lines, ...types }) => {
        const family = format === "om" && types.om === "counter" ? name.replace(/_total$/, "") : name;
        return `# HELP ${family} Generated.\n# TYPE ${family} ${types[format]}\n${lines.join("\n")}\n`;
      })
      .join("");
  return { text: body("text"), openMetrics: `${body("om")}# EOF\n` };
}

const counter = (n: number) => ({
  om: "counter",
  text: "counter",
  name: "gen_requests_total",
  lines: ["get", "post"].map((method, i) => `gen_requests_total{method="${method}"} ${n * (i + 3)}`),
});
/** Session n..n+2 are alive. */
const gauges = (n: number) => ({
  om: "gauge",
  text: "gauge",
  name: "gen_session",
  lines: [0, 1, 2].map((i) => `gen_session{session="s${n + i}",empty=""} ${n}`),
});
/** Every other page lacks one bucket. */
const histogram = (n: number) => ({
  om: "histogram",
  text: "histogram",
  name: "gen_latency_seconds",
  lines: [
    ...bounds
      .map((bound, i) => `gen_latency_seconds_bucket{le="${bound}"} ${n * (i + 1)}`)
      .filter((_, i) => n % 2 === 0 || i !== 1),
    `gen_latency_seconds_bucket{le="+Inf"} ${n * 10}`,
    `gen_latency_seconds_sum ${n * 1.5}`,
    `gen_latency_seconds_count ${n * 10}`,
  ],
});
const summary = (n: number) => ({
  om: "summary",
  text: "summary",
  name: "gen_size",
  lines: [
    ...[0.5, 0.99].map((q) => `gen_size{quantile="${q}"} ${q * n}`),
    `gen_size_sum ${n * 7}`,
    `gen_size_count ${n}`,
  ],
});
const changing = (n: number) => {
  const type = n % 3 === 0 ? "counter" : "gauge";
  return { om: "gauge", text: type, name: "gen_changing", lines: [`gen_changing ${n}`] };
};
