import { type Env, parseGoDuration } from "@sluice/component";
import { type Args, type Command, UsageError } from "@sluice/core";
import { createTextClient } from "./fetch-text.ts";
import { reportJson, reportText } from "./report.ts";
import { REMEMBERED } from "./sample-app.ts";
import { compareWithBackend, type VerifyOptions } from "./verify.ts";

/** What scraping and sending add to the labels of a series. */
const ADDED_LABELS = ["job", "instance", "otel_scope_name", "otel_scope_version", "otel_scope_schema_url"];

/** Compares what a backend holds with what was exposed. */
export const verify: Command = {
  name: "verify",
  summary: "Compare what a backend holds with what an application exposed",
  usage: "--backend <url> --expected <url> --job <name> [<flags>]",
  details: `Asks the application for its latest scrapes ("sample-app" says what a backend must hold of them) and a backend that answers Prometheus' queries for the series of the job, and compares both ways: every sample is there with its value, native histograms whole, nothing else is, and what vanished has ended.
What is missing is waited for. Ends with 0 when there is no difference, with 1 when there is one, with 2 when it cannot be told.`,
  failureCode: 2,
  flags: [
    { name: "backend", value: "<url>", summary: 'Where queries go: what comes before "/api/v1/query".' },
    { name: "expected", value: "<url>", summary: "The application's /expected_metrics." },
    { name: "job", value: "<name>", summary: "The label job of the series." },
    {
      name: "label",
      value: "<name>=<value>",
      repeatable: true,
      summary: "Another label that the series must have in the backend, such as an external one; it is not compared.",
    },
    { name: "ignore-label", value: "<name>", repeatable: true, summary: "A label that is not compared." },
    {
      name: "header",
      value: "<name>:<value>",
      repeatable: true,
      summary: "A header of each query, such as a tenant's.",
    },
    {
      name: "header-file",
      value: "<path>",
      file: true,
      summary: "A file of such headers, one a line: passwords and tokens belong there.",
    },
    { name: "ca-file", value: "<path>", file: true, summary: "Certificates to trust, too (PEM)." },
    { name: "scrapes", value: "<number>", summary: `How many of the latest scrapes, up to ${REMEMBERED}. Default: 3.` },
    { name: "timeout", value: "<duration>", summary: "How long to wait for what is missing. Default: 1m." },
    { name: "poll", value: "<duration>", summary: "The time between two looks. Default: 1s." },
    { name: "format", value: "<format>", choices: ["text", "json"], summary: "For people, or for programs." },
  ],
  examples: [
    "verify --backend http://localhost:9090 --expected http://localhost:8080/expected_metrics --job shop",
    'verify --backend https://mimir/prometheus --header "X-Scope-OrgID: 7" --label cluster=west --expected http://app:8080/expected_metrics --job shop',
  ],

  async run({ env, print }, args) {
    const options = await readOptions(args, env);
    const caFile = args.last("ca-file");
    const ca = caFile === undefined ? undefined : await readFile(env, "ca-file", caFile);
    const client = createTextClient(env, ca, Object.keys(options.headers));
    try {
      const comparison = await compareWithBackend(options, client, env);
      print(args.last("format") === "json" ? reportJson(comparison) : reportText(comparison));
      return comparison.differences.length === 0 ? 0 : 1;
    } finally {
      client.close();
    }
  },
};

async function readOptions(args: Args, env: Env): Promise<VerifyOptions> {
  const labels = Object.fromEntries(args.all("label").map((text) => pairOf("label", text, "=")));
  const headerFile = args.last("header-file");
  const lines = headerFile === undefined ? [] : (await readFile(env, "header-file", headerFile)).split(/\r?\n/);
  const headers = [...lines.filter((line) => line.trim() !== ""), ...args.all("header")];
  return {
    backend: urlOf(args, "backend")
      .replace(/\/+$/, "")
      .replace(/\/api\/v1(\/query)?$/, ""),
    expected: urlOf(args, "expected"),
    headers: Object.fromEntries(headers.map((text) => pairOf("header", text, ":"))),
    matches: { job: required(args, "job", "the label job of the series"), ...labels },
    ignoredLabels: new Set([...ADDED_LABELS, ...Object.keys(labels), ...args.all("ignore-label")]),
    scrapes: scrapesOf(args.last("scrapes") ?? "3"),
    timeoutMs: durationOf(args, "timeout", "1m"),
    pollMs: durationOf(args, "poll", "1s"),
  };
}

function required(args: Args, flag: string, what: string): string {
  const value = args.last(flag);
  if (value === undefined) throw new UsageError(`found no --${flag}, expected ${what}`);
  return value;
}

function urlOf(args: Args, flag: string): string {
  const text = required(args, flag, "a URL");
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? "")) {
    throw new UsageError(`--${flag}: found ${JSON.stringify(text)}, expected a URL such as http://localhost:9090`);
  }
  return text;
}

/** The two sides of a text; what it is stays unsaid in the message: it may be a secret. */
function pairOf(flag: string, text: string, between: string): readonly [string, string] {
  const at = text.indexOf(between);
  if (at <= 0) throw new UsageError(`--${flag}: found no "${between}", expected <name>${between}<value>`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function scrapesOf(text: string): number {
  const scrapes = Number(text);
  if (Number.isInteger(scrapes) && scrapes >= 1 && scrapes <= REMEMBERED) return scrapes;
  throw new UsageError(`--scrapes: found "${text}", expected a number from 1 to ${REMEMBERED}`);
}

function durationOf(args: Args, flag: string, preset: string): number {
  const text = args.last(flag) ?? preset;
  const ms = parseGoDuration(text);
  if (ms === undefined || ms <= 0)
    throw new UsageError(`--${flag}: found "${text}", expected a duration such as ${preset}`);
  return ms;
}

async function readFile({ files }: Env, flag: string, path: string): Promise<string> {
  return files.readText(path).catch((cause: unknown) => {
    throw new Error(`cannot read "${path}", which --${flag} names`, { cause });
  });
}
