import { createVerify, generateKeyPairSync } from "node:crypto";
import { type HttpResponse, t } from "@sluice/component";
import { expect, test } from "vitest";
import { decoded } from "./decode.testing.ts";
import { createPrometheusHttpClient } from "./prometheus-client.ts";
import { prometheusHttpClientProperties } from "./prometheus-config.ts";
import { createWorld } from "./server.testing.ts";

const schema = t.object("Settings.", prometheusHttpClientProperties);
const JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** A client whose tokens come from http://idp/token, which answers with `answer`. */
async function setUp(
  oauth2: object,
  answer?: (form: URLSearchParams, authorization: string | undefined) => HttpResponse | object,
) {
  const world = createWorld();
  const forms: { form: Record<string, string>; authorization: string | undefined }[] = [];
  await world.serve("target", 80);
  await world.network.serveHttp({ address: { host: "idp", port: 80 }, maxBodyBytes: 1 << 20 }, async (request) => {
    const form = new URLSearchParams(Buffer.from(await request.body()).toString());
    forms.push({ form: Object.fromEntries(form), authorization: request.headers.authorization });
    const made = answer?.(form, request.headers.authorization) ?? {
      access_token: `t${forms.length}`,
      token_type: "bearer",
      expires_in: 3600,
    };
    return "status" in made ? (made as HttpResponse) : { status: 200, body: JSON.stringify(made) };
  });
  const config = await decoded(schema, { oauth2: { client_id: "me", token_url: "http://idp/token", ...oauth2 } });
  const client = createPrometheusHttpClient(config, { env: world.env, baseDirectory: "/etc" });
  const ask = async (timeoutMs = 60_000) => await world.run(client.request({ url: "http://target/", timeoutMs }));
  return { ...world, client, ask, forms, tokens: () => world.asked.map(({ headers }) => headers.authorization) };
}

test("client credentials: the form, and a token that is kept until shortly before it expires", async () => {
  const { ask, forms, tokens, advance } = await setUp({
    client_secret: "a b:c",
    scopes: ["x", "y"],
    endpoint_params: { audience: "z" },
  });
  await ask();
  await ask();
  expect(forms).toEqual([
    {
      form: { grant_type: "client_credentials", scope: "x y", audience: "z" },
      authorization: `Basic ${btoa("me:a+b%3Ac")}`,
    },
  ]);
  await advance(3_589_000);
  await ask();
  await advance(1001);
  await ask();
  expect(tokens()).toEqual(["Bearer t1", "Bearer t1", "Bearer t1", "Bearer t2"]);
});

test("a token without an end is kept, and its type is used", async () => {
  const { ask, tokens, advance, forms } = await setUp({}, () => ({ access_token: "x", token_type: "MAC" }));
  await ask();
  await advance(1e9);
  await ask();
  expect(tokens()).toEqual(["MAC x", "MAC x"]);
  expect(forms).toHaveLength(1);
});

test("a server that wants the credentials in the body gets them there", async () => {
  const { ask, forms, tokens } = await setUp({ client_secret: "s" }, (_form, authorization) =>
    authorization ? { status: 401 } : { access_token: "x" },
  );
  await ask();
  expect(forms[1]).toEqual({
    form: { grant_type: "client_credentials", client_id: "me", client_secret: "s" },
    authorization: undefined,
  });
  expect(tokens()).toEqual(["Bearer x"]);
});

test("client_secret_file: another secret means another token", async () => {
  const { ask, forms, files } = await setUp({ client_secret_file: "s" });
  files.write("/etc/s", "one\n");
  await ask();
  await ask();
  files.write("/etc/s", "two\n");
  await ask();
  expect(forms.map(({ authorization }) => atob(authorization!.slice(6)))).toEqual(["me:one", "me:two"]);
});

test("requests at the same time share one fetch", async () => {
  const { ask, forms } = await setUp({});
  await Promise.all([ask(), ask(), ask()]);
  expect(forms).toHaveLength(1);
});

test("what goes wrong is told without the server's words", async () => {
  const check = async (answer: HttpResponse, expected: string): Promise<void> => {
    const { ask, asked } = await setUp({ client_secret: "hush" }, () => answer);
    const cause = { message: `cannot fetch oauth2 token from "http://idp/token": ${expected}` };
    await expect(ask()).rejects.toMatchObject({ code: "auth", cause });
    expect(asked).toEqual([]);
  };
  await check(
    { status: 400, body: '{"error":"invalid_client","error_description":"hush"}' },
    "400 Bad Request (invalid_client)",
  );
  await check({ status: 500, body: "hush" }, "500 Internal Server Error");
  await check({ status: 200, body: "hush" }, "no access_token");
  await check({ status: 200, body: '{"access_token":1}' }, "no access_token");
  await check({ status: 200, body: "null" }, "no access_token");
});

test("the credentials of a token URL are not shown", async () => {
  const { ask, network } = await setUp({ token_url: "http://me:hush@idp/token" });
  network.fault("idp:80", { refuse: true });
  const message = 'cannot fetch oauth2 token from "http://[REDACTED]@idp/token"';
  await expect(ask()).rejects.toMatchObject({ cause: { message } });
});

test("the wait for a token is part of the request's time", async () => {
  const { ask, network } = await setUp({});
  network.fault("idp:80", { partition: true });
  await expect(ask(1000)).rejects.toThrow("context deadline exceeded");
});

test("jwt-bearer: a signed assertion", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const check = async (oauth2: object, algorithm: string, claims: object, kid?: string): Promise<void> => {
    const { ask, forms, files, clock } = await setUp({ grant_type: JWT, ...oauth2 });
    files.write("/etc/key", pem);
    await ask();
    const { grant_type, assertion = "" } = forms[0]!.form;
    const [head = "", body = "", signature = ""] = assertion.split(".");
    const now = Math.floor(clock.now() / 1000);
    expect(grant_type).toBe(JWT);
    expect(JSON.parse(Buffer.from(head, "base64url").toString())).toEqual({
      alg: algorithm,
      typ: "JWT",
      ...(kid && { kid }),
    });
    expect(JSON.parse(Buffer.from(body, "base64url").toString())).toEqual({
      iss: "me",
      sub: "me",
      aud: "http://idp/token",
      jti: expect.stringMatching(/^[0-9a-f]{32}$/),
      iat: now,
      exp: now + 600,
      ...claims,
    });
    const verify = createVerify(algorithm.replace("RS", "RSA-SHA"));
    expect(verify.update(`${head}.${body}`).verify(publicKey, signature, "base64url")).toBe(true);
  };
  await check({ client_certificate_key: pem }, "RS256", {});
  await check(
    { client_certificate_key_file: "key", client_certificate_key_id: "k", signature_algorithm: "RS384" },
    "RS384",
    {},
    "k",
  );
  const all = { signature_algorithm: "RS512", iss: "i", audience: "a", scopes: ["x", "y"], claims: { more: [1] } };
  await check({ client_certificate_key: pem, ...all }, "RS512", { iss: "i", aud: "a", scope: "x y", more: [1] });
});

test("a bad key is told without showing it", async () => {
  const { ask } = await setUp({ grant_type: JWT, client_certificate_key: "hush" });
  const { cause } = (await ask().catch((error: unknown) => error)) as { cause: Error };
  expect(cause.message).toBe("cannot sign the oauth2 assertion: not an RSA private key as PEM");
  expect(cause.cause).toBe(undefined);
});
