import { sign } from "node:crypto";
import { createHttpClient, type HttpAnswer, type HttpClient } from "./client.ts";
import { HttpError } from "./errors.ts";
import { basic } from "./head.ts";
import { JWT_BEARER, type OAuth2Config, SIGNATURES } from "./prometheus-config.ts";
import { connectHeaders, proxyFor, tlsOf } from "./prometheus-connection.ts";
import { type AuthContext, secretSource } from "./secret-source.ts";
import { hideLogin } from "./url.ts";

/** A token is not used in its last seconds. */
const EARLY_MS = 10_000;
const FETCH_MS = 30_000;
const MAX_TOKEN_BYTES = 1 << 20;
const ASSERTION_SECONDS = 600;

/** Tokens of one OAuth 2.0 client. */
export interface OAuth2 {
  /** The Authorization header's value. Rejects with `HttpError` (code "auth"). */
  authorization(): Promise<string>;
  close(): void;
}

interface Token {
  readonly value: string;
  /** The secret it was got with: another secret means another token. */
  readonly secret: string;
  /** Wall milliseconds. */
  readonly expires: number;
}

/** Gets tokens by the client credentials grant (RFC 6749 4.4) or with a signed assertion (RFC 7523), and keeps them until they expire. */
export function createOAuth2(config: OAuth2Config, ctx: AuthContext): OAuth2 {
  const { env } = ctx;
  const jwt = config.grant_type === JWT_BEARER;
  const secretOf = jwt
    ? secretSource(
        ctx,
        "oauth2 client certificate key",
        config.client_certificate_key,
        config.client_certificate_key_file,
      )
    : secretSource(ctx, "oauth2 client secret", config.client_secret, config.client_secret_file);
  const client = createHttpClient({
    env,
    tls: tlsOf(config.tls_config, ctx),
    proxy: proxyFor(config, env.process.env),
    connectHeaders: connectHeaders(config),
    pool: { idleTimeoutMs: 10_000, maxIdlePerHost: 1 },
  });
  const state: { token: Token | undefined; fetching: Promise<Token> | undefined } = {
    token: undefined,
    fetching: undefined,
  };

  async function fetchToken(secret: string): Promise<Token> {
    const form = jwt ? assertionForm(config, secret, ctx) : credentialsForm(config);
    const first = await post(client, config.token_url, form, jwt ? undefined : basicLogin(config, secret));
    // Some servers want the credentials in the body and say no to the header (RFC 6749 2.3.1 lets them).
    const answer =
      jwt || isOk(first) ? first : await post(client, config.token_url, withLogin(form, config, secret), undefined);
    return { ...readToken(answer, config.token_url, env.clock.now()), secret };
  }

  return {
    async authorization() {
      const secret = await secretOf.read();
      const { token } = state;
      if (token?.secret === secret && env.clock.now() < token.expires - EARLY_MS) return token.value;
      // Requests that need a token at the same time share one fetch.
      state.fetching ??= fetchToken(secret).finally(() => {
        state.fetching = undefined;
      });
      state.token = await state.fetching;
      return state.token.value;
    },
    close: () => client.close(),
  };
}

const isOk = ({ status }: HttpAnswer): boolean => status >= 200 && status < 300;

function credentialsForm(config: OAuth2Config): URLSearchParams {
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  if (config.scopes.length > 0) form.set("scope", config.scopes.join(" "));
  for (const [name, value] of Object.entries(config.endpoint_params)) form.set(name, value);
  return form;
}

/** RFC 6749 2.3.1: both are form-encoded before they are put together. */
const basicLogin = (config: OAuth2Config, secret: string): string =>
  basic(formEncoded(config.client_id), formEncoded(secret));

const formEncoded = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);

function withLogin(form: URLSearchParams, config: OAuth2Config, secret: string): URLSearchParams {
  const all = new URLSearchParams(form);
  all.set("client_id", config.client_id);
  if (secret !== "") all.set("client_secret", secret);
  return all;
}

function assertionForm(config: OAuth2Config, key: string, { env }: AuthContext): URLSearchParams {
  const now = Math.floor(env.clock.now() / 1000);
  const header = {
    alg: config.signature_algorithm,
    typ: "JWT",
    ...(config.client_certificate_key_id !== "" && { kid: config.client_certificate_key_id }),
  };
  const claims = {
    iss: config.iss || config.client_id,
    sub: config.client_id,
    jti: Buffer.from(env.random.bytes(16)).toString("hex"),
    aud: config.audience || config.token_url,
    iat: now,
    exp: now + ASSERTION_SECONDS,
    ...(config.scopes.length > 0 && { scope: config.scopes.join(" ") }),
    ...config.claims,
  };
  const signed = `${base64url(header)}.${base64url(claims)}`;
  const form = new URLSearchParams({
    grant_type: JWT_BEARER,
    assertion: `${signed}.${signature(config, key, signed)}`,
  });
  for (const [name, value] of Object.entries(config.endpoint_params)) form.set(name, value);
  return form;
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function signature(config: OAuth2Config, key: string, text: string): string {
  try {
    return sign(SIGNATURES[config.signature_algorithm], Buffer.from(text), key).toString("base64url");
  } catch {
    // Without the cause: it could quote the key.
    throw new HttpError("auth", "cannot sign the oauth2 assertion: not an RSA private key as PEM");
  }
}

async function post(
  client: HttpClient,
  url: string,
  form: URLSearchParams,
  authorization: string | undefined,
): Promise<HttpAnswer> {
  try {
    return await client.request({
      method: "POST",
      url,
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        Accept: "application/json",
        ...(authorization !== undefined && { Authorization: authorization }),
      },
      body: Buffer.from(form.toString()),
      timeoutMs: FETCH_MS,
      maxBodyBytes: MAX_TOKEN_BYTES,
    });
  } catch (cause) {
    throw new HttpError("auth", `cannot fetch oauth2 token from "${hideLogin(url)}"`, { cause });
  }
}

interface TokenAnswer {
  readonly access_token?: unknown;
  readonly token_type?: unknown;
  readonly expires_in?: unknown;
  readonly error?: unknown;
}

/** Reads the server's answer (RFC 6749 5.1, 5.2). Its words are not quoted beyond the error's code: they may hold secrets. */
function readToken(answer: HttpAnswer, url: string, now: number): Omit<Token, "secret"> {
  const failed = (why: string): HttpError =>
    new HttpError("auth", `cannot fetch oauth2 token from "${hideLogin(url)}": ${why}`);
  const found = parseJson(answer.body);
  const code = typeof found?.error === "string" ? ` (${found.error.slice(0, 100)})` : "";
  if (!isOk(answer)) throw failed(`${answer.status} ${answer.statusText}${code}`);
  if (typeof found?.access_token !== "string" || found.access_token === "") throw failed(`no access_token${code}`);
  const type = typeof found.token_type === "string" && found.token_type !== "" ? found.token_type : "Bearer";
  const seconds = Number(found.expires_in);
  return {
    value: `${type.toLowerCase() === "bearer" ? "Bearer" : type} ${found.access_token}`,
    expires: seconds > 0 ? now + seconds * 1000 : Number.POSITIVE_INFINITY,
  };
}

function parseJson(body: Uint8Array): TokenAnswer | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
