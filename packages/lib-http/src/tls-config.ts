import { type Decoded, type Problem, type TlsClientOptions, t } from "@sluice/component";
import { CURVES, cipherProblem, opensslCiphers, TLS_VERSIONS } from "./tls-names.ts";
import type { TlsSettings } from "./tls-source.ts";

const VERSIONS = ["", "1.0", "1.1", "1.2", "1.3"] as const;

/** The keys configtls has for clients and servers alike. */
export const commonTlsProperties = {
  ca_file: t.string({ description: "File with the CA certificates to trust, as PEM.", default: "", file: "required" }),
  ca_pem: t.optional(t.secret({ description: "The same as text." })),
  cert_file: t.string({ description: "File with the own certificate, as PEM.", default: "", file: "required" }),
  cert_pem: t.optional(t.secret({ description: "The same as text." })),
  key_file: t.string({ description: "File with the own private key, as PEM.", default: "", file: "required" }),
  key_pem: t.optional(t.secret({ description: "The same as text." })),
  include_system_ca_certs_pool: t.boolean({
    description: "Whether the system's CA certificates are trusted beside `ca_file`.",
    default: false,
  }),
  min_version: t.oneOf(VERSIONS, { description: "Lowest TLS version.", default: "1.2" }),
  max_version: t.oneOf(VERSIONS, { description: "Highest TLS version; empty is the highest there is.", default: "" }),
  cipher_suites: t.array(t.string({ description: "Go's name of a cipher suite." }), {
    description: "Cipher suites for TLS 1.2 and older; empty is the usual list.",
    default: [],
  }),
  include_insecure_cipher_suites: t.boolean({
    description: "Whether `cipher_suites` may name insecure ones.",
    default: false,
  }),
  curve_preferences: t.array(t.oneOf(Object.keys(CURVES), { description: "Name of a curve." }), {
    description: "Curves for the key exchange, best first; empty is the usual list.",
    default: [],
  }),
  reload_interval: t.duration({
    description: "After this time the files are read again at the next handshake. 0s never reads them again.",
    default: "0s",
  }),
  tpm: t.optional(
    t.object("Keys in a TPM. Not supported.", {
      enabled: t.boolean({ description: "Whether the key is in a TPM.", default: false }),
      path: t.string({ description: "The TPM device.", default: "" }),
      owner_auth: t.string({ description: "Owner's password.", default: "" }),
      auth: t.string({ description: "The key's password.", default: "" }),
    }),
  ),
};

/** configtls for a client. */
export const clientTls = t.object("TLS.", {
  ...commonTlsProperties,
  insecure: t.boolean({
    description: "No TLS. For an HTTP client the scheme of the endpoint decides, and this has no effect.",
    default: false,
  }),
  insecure_skip_verify: t.boolean({ description: "true does not check the server's certificate.", default: false }),
  server_name_override: t.string({
    description: "Name for SNI and for the check of the certificate, instead of the endpoint's host.",
    default: "",
  }),
});
/** What `clientTls` decodes to. */
export type ClientTlsConfig = Decoded<typeof clientTls>;
/** The decoded form of `commonTlsProperties`. */
export type CommonTlsConfig = Omit<ClientTlsConfig, "insecure" | "insecure_skip_verify" | "server_name_override">;

/** The rules across the keys of a TLS section; `path` leads to the section. */
export function validateTls(config: CommonTlsConfig, path: Problem["path"]): Problem[] {
  const problems: Problem[] = [];
  const add = (key: string, message: string): void => void problems.push({ path: [...path, key], message });
  const has = { ca: false, cert: false, key: false };
  for (const item of ["ca", "cert", "key"] as const) {
    const file = config[`${item}_file`] !== "";
    const pem = config[`${item}_pem`] !== undefined;
    has[item] = file || pem;
    if (file && pem) add(`${item}_pem`, `found together with ${item}_file; expected one of the two`);
  }
  if (has.cert && !has.key) add("cert_file", "found a certificate without its key; expected key_file or key_pem too");
  if (has.key && !has.cert) add("key_file", "found a key without its certificate; expected cert_file or cert_pem too");
  if (config.max_version !== "" && config.max_version < config.min_version) {
    add("max_version", `found "${config.max_version}", expected at least min_version, "${config.min_version}"`);
  }
  for (const [index, suite] of config.cipher_suites.entries()) {
    const message = cipherProblem(suite, config.include_insecure_cipher_suites);
    if (message !== undefined) problems.push({ path: [...path, "cipher_suites", index], message });
  }
  if (config.tpm?.enabled) add("tpm", "keys in a TPM are not supported; use key_file or key_pem");
  return problems;
}

/** What the TLS options of a client and of a server have in common. */
export function commonTlsOptions(
  config: CommonTlsConfig,
): Pick<TlsClientOptions, "minVersion" | "maxVersion" | "ciphers" | "curves"> {
  const { cipher_suites: suites, curve_preferences: curves } = config;
  return {
    minVersion: TLS_VERSIONS[config.min_version],
    maxVersion: TLS_VERSIONS[config.max_version],
    ...(suites.length > 0 && { ciphers: opensslCiphers(suites) }),
    ...(curves.length > 0 && { curves: curves.map((curve) => CURVES[curve]!) }),
  };
}

/** Where a client's TLS material comes from. */
export function clientTlsSettings(config: ClientTlsConfig): TlsSettings {
  return {
    ca: { pem: config.ca_pem?.reveal() ?? "", file: config.ca_file },
    cert: { pem: config.cert_pem?.reveal() ?? "", file: config.cert_file },
    key: { pem: config.key_pem?.reveal() ?? "", file: config.key_file },
    fixed: {
      ...commonTlsOptions(config),
      insecureSkipVerify: config.insecure_skip_verify,
      serverName: config.server_name_override || undefined,
      ...(config.include_system_ca_certs_pool && { systemCa: true }),
    },
    reloadMs: config.reload_interval > 0 ? config.reload_interval : Number.POSITIVE_INFINITY,
  };
}
