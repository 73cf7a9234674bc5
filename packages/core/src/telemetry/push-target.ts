import { type BuildInfo, type Env, Secret, t } from "@sluice/component";
import { decode } from "../config/decode.ts";
import { headersOf, type OtlpConfig, otlpUrl, type PushExporter } from "./otlp-config.ts";

/** Where own telemetry is sent to. */
export interface PushTarget<T> {
  /** For messages: a URL, or "console". */
  readonly where: string;
  /** Rejects when it was not taken: `PermanentError` never will be, `RetryLaterError` says when, anything else may be tried again. */
  send(items: T, signal: AbortSignal): Promise<void>;
  close(): void;
}
/** The two forms in which a signal is sent. */
export interface PushForms<T> {
  readonly signal: "metrics" | "logs" | "traces";
  readonly otlp: (items: T) => Uint8Array;
  /** One line without its end for each thing that a reader of the console looks at. */
  readonly lines: (items: T) => readonly string[];
}

/** Makes what sends. Rejects when certificates cannot be read; connects at the first sending. */
export async function createPushTarget<T>(
  { otlp }: PushExporter,
  forms: PushForms<T>,
  env: Env,
  build: BuildInfo,
): Promise<PushTarget<T>> {
  if (otlp !== undefined) return await createOtlpTarget(otlp, forms, env, build);
  return {
    where: "console",
    async send(items) {
      for (const line of forms.lines(items)) env.process.write("stdout", `${line}\n`);
    },
    close() {},
  };
}

async function createOtlpTarget<T>(
  config: OtlpConfig,
  forms: PushForms<T>,
  env: Env,
  build: BuildInfo,
): Promise<PushTarget<T>> {
  // Loaded only here: most collectors are asked for their metrics and send none.
  const { createClient, errorOfAnswer, hideLogin, httpClientProperties } = await import("@sluice/lib-http");
  const url = otlpUrl(config, forms.signal);
  const schema = t.object("An HTTP client.", httpClientProperties());
  const settings = decode(clientKeys(config, url), schema.json) as NonNullable<typeof schema.decoded>;
  const client = await createClient(
    { ...settings, headers: secretHeaders(config) },
    {
      env,
      baseDirectory: env.process.cwd,
      extension() {
        throw new Error("BUG: own telemetry uses no extension");
      },
    },
  );
  const headers = { "Content-Type": "application/x-protobuf", "User-Agent": `${build.command}/${build.version}` };
  return {
    where: hideLogin(url),
    async send(items, signal) {
      const answer = await client.post({ body: forms.otlp(items), headers, signal });
      const failure = errorOfAnswer(answer, { what: "OTLP request failed", retries: mayRetry, now: env.clock.now() });
      if (failure !== undefined) throw failure;
    },
    close: () => client.close(),
  };
}

/** OTLP/HTTP's list of answers after which a request may be sent again. */
function mayRetry(status: number): boolean {
  return status === 429 || (status >= 502 && status <= 504);
}

/** The keys of `confighttp` that say the same. */
function clientKeys(config: OtlpConfig, url: string) {
  return {
    endpoint: url,
    timeout: `${config.timeout}ms`,
    compression: config.compression,
    // A reload that changes nothing else keeps the sender, so it looks itself for renewed certificates.
    tls: {
      ca_file: config.certificate,
      cert_file: config.client_certificate,
      key_file: config.client_key,
      reload_interval: "1m",
    },
  };
}

function secretHeaders(config: OtlpConfig): Readonly<Record<string, Secret>> {
  const headers: Record<string, Secret> = Object.create(null);
  for (const [name, value] of headersOf(config)) headers[name] = new Secret(value);
  return headers;
}
