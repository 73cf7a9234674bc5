import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { code, table } from "../markdown.ts";
import { root } from "../packages.ts";
import { loadDefinitions, sluice } from "./sluice.ts";

const folder = "docs/migrate/adot-examples";

/** The components of ADOT 0.49 by their present names. */
const adot: Readonly<Record<string, string>> = {
  receiver:
    "awsecscontainermetrics awscontainerinsightreceiver awsxray statsd prometheus kafka jaeger zipkin otlp file_log",
  processor:
    "groupbytrace tail_sampling attributes resource probabilistic_sampler span filter metrics_transform resource_detection metricsgeneration cumulativetodelta deltatorate batch memory_limiter k8s_attributes",
  exporter:
    "awsemf prometheus_remote_write prometheus file kafka debug otlp_grpc otlp_http awsxray load_balancing awscloudwatchlogs datadog logzio signalfx",
  extension: "awsproxy ecs_observer health_check pprof sigv4auth zpages file_storage",
};

/** What `validate` says of one configuration in the shape of AWS's. */
export interface Verdict {
  readonly file: string;
  /** Its first comment. */
  readonly about: string;
  readonly valid: boolean;
  /** Errors and warnings: place in the configuration and message. */
  readonly problems: readonly Problem[];
}
interface Problem {
  readonly severity: "error" | "warning";
  readonly path: string;
  readonly message: string;
}

/** Asks `validate` about each example; `# env NAME=value` lines of a file set its variables. */
export async function verdicts(): Promise<readonly Verdict[]> {
  return Promise.all(
    readdirSync(join(root, folder))
      .toSorted()
      .map(async (file) => {
        const text = readFileSync(join(root, folder, file), "utf8");
        const variables = Object.fromEntries([...text.matchAll(/^# env (\w+)=(.*)$/gm)].map(([, k, v]) => [k, v]));
        const args = ["validate", "--config", file, "--format", "json"];
        const { stdout } = await sluice(args, { files: { [file]: text }, variables });
        const { valid, problems } = JSON.parse(stdout) as Pick<Verdict, "valid" | "problems">;
        return { file, about: /^# (.*)$/m.exec(text)?.[1] ?? "", valid, problems };
      }),
  );
}

/** Each example with what is missing for it: the errors by their place. Links are from docs/migrate. */
export async function exampleTable(): Promise<string> {
  const rows = (await verdicts()).map(({ file, about, problems }) => {
    const missing = problems.filter(({ severity }) => severity === "error").map(missingIn);
    const link = `[${file.replace(".yaml", "")}](adot-examples/${file})`;
    return [link, about, missing.length === 0 ? "nothing" : [...new Set(missing)].join(", ")];
  });
  return table(["Configuration", "What it does", "Missing"], rows);
}

/** By kind, which of ADOT's components the core distribution has. */
export async function adotTable(): Promise<string> {
  const definitions = await loadDefinitions();
  const rows = Object.entries(adot).map(([kind, types]) => {
    const isThere = (type: string) => definitions.some((one) => one.kind === kind && one.type === type);
    const [there, missing] = [true, false].map((wanted) => types.split(" ").filter((type) => isThere(type) === wanted));
    return [`${kind}s`, ...[there ?? [], missing ?? []].map((list) => list.map(code).join(", "))];
  });
  return table(["Kind", "There", "Not there yet"], rows);
}

/** `exporters::awsemf: unknown exporter type ...` is the exporter `awsemf`. */
function missingIn({ path, message }: Problem): string {
  const [, kind, type] = /^unknown (\w+) type "([^"]+)"/.exec(message) ?? [];
  if (kind !== undefined && type !== undefined) return `${kind} ${code(type)}`;
  const [, section] = /^this distribution has no (\w+)/.exec(message) ?? [];
  if (section !== undefined) return section;
  return code(path.split("::").at(-1) ?? "");
}
