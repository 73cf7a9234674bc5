/** A way of writing that upstream had once. It works, with a warning that shows the present one. */
export interface OldForm {
  /** As the documentation shows it: `tls_settings: {...}`. */
  readonly old: string;
  readonly now: string;
  /** Where it may stand, and what else is worth knowing. */
  readonly note: string;
}

/** A key that stands elsewhere today, in whatever configuration has the place for it and no such key of its own. */
export interface OldKey extends OldForm {
  readonly key: string;
  /** From the map that holds the old key; none: it has no effect any more. */
  readonly to: readonly [string] | readonly [string, string] | readonly [];
  /** Where the old key may stand: a map with this key, or with this key in the section it moves to. */
  readonly beside: string;
}

const clientTls = "In exporters, before there was a section `tls`.";
const clientKeys = ["ca_file", "cert_file", "key_file", "insecure", "insecure_skip_verify", "server_name_override"];
/** The keys that `rewriteOldKeys` moves. */
export const oldKeys: readonly OldKey[] = [
  ...clientKeys.map((key): OldKey => {
    const note = clientTls;
    return { key, to: ["tls", key], beside: "insecure", old: `${key}: ...`, now: `tls: {${key}: ...}`, note };
  }),
  ...["tls_setting", "tls_settings"].map((key): OldKey => {
    const note = "In receivers and exporters.";
    return { key, to: ["tls"], beside: "tls", old: `${key}: {...}`, now: "tls: {...}", note };
  }),
  ...["allowed_origins", "allowed_headers"].map((key): OldKey => {
    const note = "In HTTP servers, before there was a section `cors`.";
    const old = `cors_${key}`;
    return { key: old, to: ["cors", key], beside: key, old: `${old}: [...]`, now: `cors: {${key}: [...]}`, note };
  }),
  {
    key: "ballast_size_mib",
    to: [],
    beside: "limit_mib",
    old: "ballast_size_mib: ...",
    now: "nothing: there is no ballast",
    note: "In the processor `memory_limiter`.",
  },
];

/** Every old form that works, for the documentation. */
export const oldForms: readonly OldForm[] = [
  {
    old: "exporters: {logging: {loglevel: debug}}",
    now: "exporters: {debug: {verbosity: detailed}}",
    note: "Any other `loglevel`, and `verbosity: normal`, printed a line a batch: that is `verbosity: basic`. `sampling_thereafter` was 500 by default.",
  },
  {
    old: "extensions: {memory_ballast: {...}}",
    now: "nothing: there is no ballast",
    note: "Wherever it stands it has no effect; `service::extensions` may list it.",
  },
  {
    old: 'service: {telemetry: {metrics: {address: "host:8888"}}}',
    now: "readers: [{pull: {exporter: {prometheus: {host: host, port: 8888}}}}]",
    note: "Below `service::telemetry::metrics`.",
  },
  {
    old: "service: {telemetry: {resource: {name: value}}}",
    now: "resource: {attributes: [{name: name, value: value}]}",
    note: "Below `service::telemetry`. Only the old form can remove a default, with `null`.",
  },
  ...oldKeys.map(({ old, now, note }) => ({ old, now, note })),
];
