/** What the sample application shows: every metric type, all of it decided by the number of the scrape alone. */
import type { PageHistogram } from "@sluice/lib-prometheus";

/** One line of a page. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of a native histogram: its count. */
  readonly value: number;
  /** A native histogram, which only protobuf has. */
  readonly histogram?: PageHistogram;
}
/** One metric, and its lines. */
export interface Family {
  /** As in the line that gives its type. */
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit?: string;
  readonly samples: readonly Sample[];
}
/** Prometheus text, OpenMetrics, or Prometheus' protobuf. */
export type PageFormat = "text" | "openmetrics" | "protobuf";

const bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5];
const regions = ["north", "south", "west"];
/** A session is seen in so many scrapes, and a new one comes at every fifth. */
const SESSION_LIFE = 20;

/**
 * Everything the application shows at its n-th scrape. `copies` multiplies every series but the count of scrapes, told apart by
 * the label `copy`; 1 has no such label. Only OpenMetrics has all types: elsewhere some families are shown as what there is, and only
 * protobuf has native histograms.
 */
export function families(n: number, format: PageFormat = "openmetrics", copies = 1): Family[] {
  const shop = [...numbers(n), ...distributions(n), ...states(n), ...guests(n)];
  if (format === "protobuf") shop.push(delays(n));
  const scrapes = {
    name: "shop_scrapes",
    type: "counter",
    help: "Scrapes answered.",
    samples: [sample("shop_scrapes_total", n)],
  };
  const all = [scrapes, ...(copies > 1 ? shop.map((family) => copied(family, copies)) : shop)];
  if (format === "openmetrics") return all;
  return [...all.flatMap(format === "text" ? inText : inProtobuf), ...notInOpenMetrics(n)];
}

const wave = (n: number, period: number): number => Math.sin((n / period) * 2 * Math.PI);

function sample(name: string, value: number, labels: Record<string, string> = {}): Sample {
  return { name, labels, value };
}

function buckets(name: string, n: number, scale: number): Sample[] {
  return [...bounds, Number.POSITIVE_INFINITY].map((bound, at) =>
    sample(name, Math.floor((n * scale * (at + 1)) / (bounds.length + 1)), {
      le: bound === Number.POSITIVE_INFINITY ? "+Inf" : `${bound}`,
    }),
  );
}

function copied(family: Family, copies: number): Family {
  const samples = Array.from({ length: copies }, (_, copy) =>
    family.samples.map((shown) => ({ ...shown, labels: { ...shown.labels, copy: `${copy}` } })),
  );
  return { ...family, samples: samples.flat() };
}

/** As the text format can say it: a counter's type stands by its whole name, other types become gauges. */
function inText(family: Family): Family[] {
  if (family.type === "gaugehistogram") return [];
  if (family.type === "unknown") return [{ ...family, type: "untyped" }];
  const name = family.samples[0]?.name ?? family.name;
  if (family.type === "counter") return [{ ...family, name }];
  return family.type === "info" || family.type === "stateset" ? [{ ...family, name, type: "gauge" }] : [family];
}

/** As protobuf can say it: as the text format, but for gauge histograms, of which it has names of its own. */
function inProtobuf(family: Family): Family[] {
  if (family.type !== "gaugehistogram") return inText(family);
  const samples = family.samples.map((shown) => ({ ...shown, name: shown.name.replace(/_g(sum|count)$/, "_$1") }));
  return [{ ...family, samples }];
}

/** OpenMetrics wants every counter to end with `_total`. */
function notInOpenMetrics(n: number): Family[] {
  return [
    {
      name: "shop_visits",
      type: "counter",
      help: "A counter without _total.",
      samples: [sample("shop_visits", 9 * n)],
    },
  ];
}

function numbers(n: number): Family[] {
  return [
    {
      name: "shop_orders",
      type: "counter",
      help: "Orders taken, by region.",
      samples: regions.map((region, at) => sample("shop_orders_total", n * (at + 2), { region })),
    },
    {
      name: "shop_queue_length",
      type: "gauge",
      help: "Customers waiting.",
      samples: [sample("shop_queue_length", 20 + 15 * wave(n, 60))],
    },
    { name: "shop_mood", type: "unknown", help: "Nobody knows.", samples: [sample("shop_mood", (n * 7919) % 100)] },
  ];
}

function distributions(n: number): Family[] {
  return [
    {
      name: "shop_request_duration_seconds",
      type: "histogram",
      help: "Time to answer.",
      unit: "seconds",
      samples: [
        ...buckets("shop_request_duration_seconds_bucket", n, 14),
        sample("shop_request_duration_seconds_sum", n * 3.5),
        sample("shop_request_duration_seconds_count", n * 14),
      ],
    },
    {
      name: "shop_payment_seconds",
      type: "summary",
      help: "Time to pay.",
      unit: "seconds",
      samples: [
        ...[0.5, 0.9, 0.99].map((q) => sample("shop_payment_seconds", q + 0.1 * wave(n, 30), { quantile: `${q}` })),
        sample("shop_payment_seconds_sum", n * 0.75),
        sample("shop_payment_seconds_count", n),
      ],
    },
    {
      name: "shop_basket_items",
      type: "gaugehistogram",
      help: "Items in the baskets of this moment.",
      samples: [
        ...buckets("shop_basket_items_bucket", n, 7),
        sample("shop_basket_items_gcount", n * 7),
        sample("shop_basket_items_gsum", n * 20),
      ],
    },
  ];
}

function states(n: number): Family[] {
  const door = n % 60 < 45 ? "open" : "closed";
  return [
    {
      name: "shop_build",
      type: "info",
      help: "What runs here.",
      samples: [sample("shop_build_info", 1, { version: "1.4.2" })],
    },
    {
      name: "shop_door",
      type: "stateset",
      help: "Whether customers can come in.",
      samples: ["open", "closed"].map((state) => sample("shop_door", state === door ? 1 : 0, { shop_door: state })),
    },
  ];
}

/** What comes and goes. */
function guests(n: number): Family[] {
  const first = Math.floor(n / 5);
  return [
    {
      name: "shop_session_active",
      type: "gauge",
      help: "Sessions; each is seen for a while and then vanishes.",
      samples: Array.from({ length: SESSION_LIFE / 5 }, (_, at) =>
        sample("shop_session_active", 1, { session: `s${first + at}` }),
      ),
    },
    {
      name: "shop_bargain",
      type: "gauge",
      help: "The price of the bargain, which is there at every other scrape.",
      samples: n % 2 === 1 ? [sample("shop_bargain", n)] : [],
    },
  ];
}

/** Native histograms with buckets on both sides of zero and a gap between two; one comes and goes. */
function delays(n: number): Family {
  const name = "shop_delivery_delay_seconds";
  const couriers = n % 2 === 1 ? ["bike", "van", "drone"] : ["bike", "van"];
  return {
    name,
    type: "histogram",
    help: "How late a delivery was; some are early.",
    unit: "seconds",
    samples: couriers.map((courier, at) => {
      const each = n * (at + 1);
      const histogram: PageHistogram = {
        count: 6 * each,
        sum: 2.5 * each,
        schema: 2,
        zeroThreshold: 0.001,
        zeroCount: each,
        positive: {
          spans: [
            [-2, 2],
            [5, 1],
          ],
          deltas: [each, each, -each],
        },
        negative: { spans: [[3, 1]], deltas: [each] },
      };
      return { name, labels: { courier }, value: 6 * each, histogram };
    }),
  };
}
