/** A small shop that exposes every metric type. What it shows depends on the number of the scrape alone, so it can be checked. */
import type { HttpRequest, HttpResponse } from "@sluice/component";

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit?: string;
  readonly samples: readonly Sample[];
}

const bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5];
const regions = ["north", "south", "west"];
/** How many scrapes a session is seen for, and how many there are at once. */
const sessionLife = 20;

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

/** Everything the application exposes at its n-th scrape. */
export function families(n: number): Family[] {
  return [...numbers(n), ...distributions(n), ...states(n), sessions(n)];
}

function numbers(n: number): Family[] {
  return [
    { name: "shop_scrapes", type: "counter", help: "Scrapes answered.", samples: [sample("shop_scrapes_total", n)] },
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

function sessions(n: number): Family {
  const first = Math.floor(n / 5);
  return {
    name: "shop_session_active",
    type: "gauge",
    help: "Sessions; each is seen for a while and then vanishes.",
    samples: Array.from({ length: sessionLife / 5 }, (_, at) =>
      sample("shop_session_active", 1, { session: `s${first + at}` }),
    ),
  };
}

/** The page of the n-th scrape, in OpenMetrics. */
function page(n: number): string {
  const lines: string[] = [];
  for (const { name, type, help, unit, samples } of families(n)) {
    lines.push(`# TYPE ${name} ${type}`);
    if (unit !== undefined) lines.push(`# UNIT ${name} ${unit}`);
    lines.push(`# HELP ${name} ${help}`);
    for (const sample of samples) {
      const labels = Object.entries(sample.labels).map(([key, value]) => `${key}="${value}"`);
      lines.push(`${sample.name}${labels.length > 0 ? `{${labels.join(",")}}` : ""} ${sample.value}`);
    }
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

/** Serves `/metrics` and, as JSON, what its latest answer held: `/expected_metrics`. */
export function createSampleApp(): (request: HttpRequest) => HttpResponse {
  let scrapes = 0;
  return ({ target }) => {
    const path = target.split("?", 1)[0];
    if (path === "/metrics") {
      const headers = { "content-type": "application/openmetrics-text; version=1.0.0; charset=utf-8" };
      return { status: 200, headers, body: page(++scrapes) };
    }
    if (path === "/expected_metrics") {
      const expected = families(scrapes).flatMap(({ type, samples }) => samples.map((sample) => ({ ...sample, type })));
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: `${JSON.stringify(expected, null, 2)}\n`,
      };
    }
    return { status: 404, body: "this is a sample application: see /metrics and /expected_metrics\n" };
  };
}
