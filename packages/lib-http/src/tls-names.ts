import type { TlsVersion } from "@sluice/component";

/** Versions as configtls writes them. */
export const TLS_VERSIONS: Readonly<Record<string, TlsVersion>> = {
  "1.0": "TLSv1",
  "1.1": "TLSv1.1",
  "1.2": "TLSv1.2",
  "1.3": "TLSv1.3",
};

/** Versions as Prometheus writes them. */
export const PROMETHEUS_TLS_VERSIONS: Readonly<Record<string, TlsVersion>> = {
  TLS10: "TLSv1",
  TLS11: "TLSv1.1",
  TLS12: "TLSv1.2",
  TLS13: "TLSv1.3",
};

/** Go's names of curves, and OpenSSL's. */
export const CURVES: Readonly<Record<string, string>> = {
  X25519: "X25519",
  P256: "P-256",
  P384: "P-384",
  P521: "P-521",
  X25519MLKEM768: "X25519MLKEM768",
};

/** TLS 1.3 suites cannot be chosen in Go, and are always on. */
const TLS13_SUITES = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/** Go's names (crypto/tls.CipherSuites) and OpenSSL's. */
const SECURE: Readonly<Record<string, string>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: "ECDHE-ECDSA-AES128-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: "ECDHE-ECDSA-AES256-SHA",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: "ECDHE-RSA-AES128-SHA",
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: "ECDHE-RSA-AES256-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
};

/** crypto/tls.InsecureCipherSuites; RC4 and 3DES are in no current OpenSSL. */
const INSECURE: Readonly<Record<string, string>> = {
  TLS_RSA_WITH_AES_128_CBC_SHA: "AES128-SHA",
  TLS_RSA_WITH_AES_256_CBC_SHA: "AES256-SHA",
  TLS_RSA_WITH_AES_128_CBC_SHA256: "AES128-SHA256",
  TLS_RSA_WITH_AES_128_GCM_SHA256: "AES128-GCM-SHA256",
  TLS_RSA_WITH_AES_256_GCM_SHA384: "AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: "ECDHE-ECDSA-AES128-SHA256",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: "ECDHE-RSA-AES128-SHA256",
};

/** OpenSSL's list for Go's names, TLS 1.3 included; unknown names are left out (`cipherProblem` finds them). */
export function opensslCiphers(names: readonly string[]): readonly string[] {
  const known = names.map((name) => SECURE[name] ?? INSECURE[name]).filter((name) => name !== undefined);
  return [...TLS13_SUITES, ...known];
}

/** What is wrong with a cipher suite's name, or undefined. */
export function cipherProblem(name: string, insecureAllowed: boolean): string | undefined {
  if (Object.hasOwn(SECURE, name) || TLS13_SUITES.includes(name)) return undefined;
  if (!Object.hasOwn(INSECURE, name))
    return `unknown cipher suite "${name}"; expected Go's name, for example "${Object.keys(SECURE)[6]}"`;
  return insecureAllowed
    ? undefined
    : `cipher suite "${name}" is insecure; set include_insecure_cipher_suites to use it`;
}
