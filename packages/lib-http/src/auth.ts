import type { HttpClientAuth } from "@sluice/component";
import { basic, findHeader } from "./head.ts";
import { createOAuth2 } from "./oauth2.ts";
import type { PrometheusHttpClientConfig } from "./prometheus-config.ts";
import { type AuthContext, type SecretSource, secretSource } from "./secret-source.ts";

/** What a client needs to authenticate as the configuration says. */
export interface PrometheusAuth {
  /** The same for every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly secretHeaders: readonly string[];
  /** For headers that must be worked out for each request. */
  readonly hook: HttpClientAuth | undefined;
  close(): void;
}

/** A header made of secrets. */
interface HeaderSource {
  readonly name: string;
  readonly parts: readonly SecretSource[];
  readonly format: (values: readonly string[]) => string;
}

/** basic_auth, authorization, bearer tokens, oauth2 and http_headers. An Authorization the request already has is kept. */
export function prometheusAuth(config: PrometheusHttpClientConfig, ctx: AuthContext): PrometheusAuth {
  const oauth2 = config.oauth2 && createOAuth2(config.oauth2, ctx);
  const sources = [...authorizationSource(config, ctx), ...headerSources(config, ctx)];
  const fixed = sources.filter(({ parts }) => parts.every(({ known }) => known !== undefined));
  const changing = sources.filter((source) => !fixed.includes(source));
  const secretHeaders = sources.filter(({ name }) => isSecret(config, name)).map(({ name }) => name);
  const headers = Object.fromEntries(
    fixed.map(({ name, parts, format }) => [name, format(parts.map(({ known }) => known!))]),
  );
  const dynamic = async (request: Readonly<Record<string, string>>): Promise<Record<string, string>> => {
    const known = findHeader(request, "authorization") !== undefined;
    const wanted = changing.filter(({ name }) => !(known && name === "Authorization"));
    const found = await Promise.all(
      wanted.map(async ({ name, parts, format }) => [
        name,
        format(await Promise.all(parts.map(async (part) => await part.read()))),
      ]),
    );
    const token = oauth2 !== undefined && !known ? { Authorization: await oauth2.authorization() } : undefined;
    return { ...Object.fromEntries(found), ...token };
  };
  return {
    headers,
    secretHeaders,
    hook:
      changing.length === 0 && oauth2 === undefined
        ? undefined
        : { headers: async (request) => await dynamic(request.headers) },
    close: () => oauth2?.close(),
  };
}

function authorizationSource(config: PrometheusHttpClientConfig, ctx: AuthContext): HeaderSource[] {
  const name = "Authorization";
  const { basic_auth: login, authorization, bearer_token, bearer_token_file } = config;
  if (login !== undefined) {
    const user = secretSource(ctx, "basic auth username", login.username, login.username_file);
    const password = secretSource(ctx, "basic auth password", login.password, login.password_file);
    return [{ name, parts: [user, password], format: ([u = "", p = ""]) => basic(u, p) }];
  }
  const bearer = { type: "Bearer", credentials: bearer_token, credentials_file: bearer_token_file };
  const chosen = authorization ?? (bearer_token || bearer_token_file ? bearer : undefined);
  if (chosen === undefined) return [];
  const credentials = secretSource(ctx, "authorization credentials", chosen.credentials, chosen.credentials_file);
  const type = chosen.type.trim() || "Bearer";
  return [{ name, parts: [credentials], format: ([value = ""]) => `${type} ${value}` }];
}

function headerSources(config: PrometheusHttpClientConfig, ctx: AuthContext): HeaderSource[] {
  return Object.entries(config.http_headers).map(([name, { values, secrets, files }]) => ({
    name,
    parts: [
      ...values.map((value) => secretSource(ctx, name, value, "")),
      ...secrets.map((secret) => secretSource(ctx, name, secret, "")),
      ...files.map((file) => secretSource(ctx, `header ${name}`, undefined, file)),
    ],
    format: (all) => all.join(", "),
  }));
}

function isSecret({ http_headers }: PrometheusHttpClientConfig, name: string): boolean {
  const header = http_headers[name];
  return header === undefined || header.secrets.length > 0 || header.files.length > 0;
}
