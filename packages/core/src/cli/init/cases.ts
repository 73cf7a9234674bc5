/** What is filled into a configuration. */
export interface Filling {
  /** The program's name. */
  readonly command: string;
  readonly endpoint: string;
  /** `host:port`; one at least. */
  readonly targets: readonly string[];
}
/** Something that one begins with. */
export interface Case {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** `kind type` of every component in it. */
  readonly needs: readonly string[];
  /** Which of the flags fill something in. */
  readonly takes: readonly ("endpoint" | "target")[];
  readonly write: (filling: Filling) => string;
}

const remoteWrite = ({ endpoint }: Filling): string => `exporters:
  prometheus_remote_write:
    endpoint: ${JSON.stringify(endpoint)}
    # Credentials come from the environment:
    # headers: {Authorization: "Bearer \${env:TOKEN}"}
`;

const debug = `exporters:
  # Prints what comes, on stderr.
  debug:
    verbosity: detailed
`;

const healthCheck = `extensions:
  # Answers at http://localhost:13133/ whether it is well.
  health_check:
`;

const service = (exporter: string, extensions = ""): string => `service:
${extensions}  pipelines:
    metrics:
      receivers: [prometheus]
      exporters: [${exporter}]
`;
const withHealthCheck = "  extensions: [health_check]\n";

function head(what: string, { command }: Filling): string {
  return `# yaml-language-server: $schema=./${command}.schema.json
# The line above lets editors complete and check this file, once it is there:
#   ${command} schema > ${command}.schema.json
#
# ${what}
#   ${command} validate --config <this file>
#   ${command} --config <this file>
`;
}

function staticTargets({ targets }: Filling): string {
  return `receivers:
  prometheus:
    # A configuration as Prometheus has it; write $$ for each $ in it.
    config:
      global:
        scrape_interval: 15s
      scrape_configs:
        - job_name: app
          static_configs:
            - targets: [${targets.map((target) => JSON.stringify(target)).join(", ")}]
`;
}

/** The first is the default. */
export const cases: readonly [Case, ...Case[]] = [
  {
    name: "prometheus-to-remote-write",
    summary: "Scrape targets and write what they show to a backend.",
    needs: ["receiver prometheus", "exporter prometheus_remote_write", "extension health_check"],
    takes: ["endpoint", "target"],
    write: (filling) =>
      [
        head("Scrapes targets and writes what they show to a backend.", filling),
        staticTargets(filling),
        remoteWrite(filling),
        healthCheck,
        service("prometheus_remote_write", withHealthCheck),
      ].join("\n"),
  },
  {
    name: "file-discovery",
    summary: "The same, with targets from files that may change at any time.",
    needs: ["receiver prometheus", "exporter prometheus_remote_write", "extension health_check"],
    takes: ["endpoint"],
    write: (filling) =>
      [
        head("Scrapes targets that files name and writes what they show to a backend.", filling),
        `receivers:
  prometheus:
    config:
      global:
        scrape_interval: 15s
      scrape_configs:
        - job_name: app
          file_sd_configs:
            # Lists of {targets: ["host:port"], labels: {name: value}}, as YAML or JSON; read again when they change.
            - files: ["targets/*.yaml", "targets/*.json"]
`,
        remoteWrite(filling),
        healthCheck,
        service("prometheus_remote_write", withHealthCheck),
      ].join("\n"),
  },
  {
    name: "prometheus-to-debug",
    summary: "Scrape targets and print what they show, to see how it looks.",
    needs: ["receiver prometheus", "exporter debug"],
    takes: ["target"],
    write: (filling) =>
      [
        head("Scrapes targets and prints what they show.", filling),
        staticTargets(filling),
        debug,
        service("debug"),
      ].join("\n"),
  },
  {
    name: "self",
    summary: "Scrape the collector's own metrics and print them.",
    needs: ["receiver prometheus", "exporter debug"],
    takes: [],
    write: (filling) =>
      [
        head("Scrapes the collector's own metrics and prints them.", filling),
        `receivers:
  prometheus:
    config:
      scrape_configs:
        - job_name: self
          scrape_interval: 15s
          static_configs:
            # Where the own metrics are, unless service::telemetry::metrics says otherwise.
            - targets: ["localhost:8888"]
`,
        debug,
        service("debug"),
      ].join("\n"),
  },
];
