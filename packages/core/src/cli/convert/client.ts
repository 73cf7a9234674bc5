import { type Entry, section } from "./entry.ts";

type Texts = Readonly<Record<string, string>>;

/** `headers`, and of `http_headers` what stands in the file itself. */
export function headersOf({ plain, leaveOut }: Entry): Texts {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(section(plain.headers))) {
    if (isText(value)) headers[name] = String(value);
  }
  for (const [name, held] of Object.entries(section(plain.http_headers))) {
    const { values, secrets, files } = section(held);
    const texts = [values, secrets].flatMap((list) => (Array.isArray(list) ? list.filter(isText) : []));
    if (texts.length > 0) headers[name] = texts.join(", ");
    if (files !== undefined) leaveOut(["http_headers", name, "files"], "no header is read from a file");
  }
  return headers;
}

/** Credentials that stand in the file become a header: there is no extension for them yet. */
export function convertAuth({ plain, leaveOut }: Entry): Texts {
  const noFile = "credentials are not read from files until there is an extension for it";
  const { basic_auth, authorization, bearer_token, bearer_token_file } = plain;
  const basic = section(basic_auth);
  const token = section(authorization);
  for (const key of Object.keys(basic)) if (key.includes("_")) leaveOut(["basic_auth", key], noFile);
  for (const key of Object.keys(token)) if (key.includes("_")) leaveOut(["authorization", key], noFile);
  if (isText(bearer_token_file)) leaveOut(["bearer_token_file"], noFile);
  if (isText(basic.username) && !("password_file" in basic) && !("password_ref" in basic)) {
    return { Authorization: `Basic ${base64(`${basic.username}:${isText(basic.password) ? basic.password : ""}`)}` };
  }
  if (isText(token.credentials)) {
    return { Authorization: `${isText(token.type) ? token.type : "Bearer"} ${token.credentials}` };
  }
  return isText(bearer_token) ? { Authorization: `Bearer ${bearer_token}` } : {};
}

/** What the keys of `tls_config` are called in the exporter. */
const tlsKeys: Readonly<Record<string, string>> = {
  ca: "ca_pem",
  ca_file: "ca_file",
  cert: "cert_pem",
  cert_file: "cert_file",
  key: "key_pem",
  key_file: "key_file",
  server_name: "server_name_override",
  insecure_skip_verify: "insecure_skip_verify",
  min_version: "min_version",
  max_version: "max_version",
};
const versions: Readonly<Record<string, string>> = { TLS10: "1.0", TLS11: "1.1", TLS12: "1.2", TLS13: "1.3" };

export function convertTls({ plain, leaveOut }: Entry): Readonly<Record<string, unknown>> {
  const tls: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(section(plain.tls_config))) {
    const name = tlsKeys[key];
    if (name === undefined) leaveOut(["tls_config", key], "the exporter's TLS settings have no such key");
    else if (value !== null && value !== "") tls[name] = (isText(value) && versions[String(value)]) || value;
  }
  return tls;
}

function isText(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
