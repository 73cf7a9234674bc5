import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A port of 127.0.0.1 that was free a moment ago; for programs that cannot choose one themselves. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Lets a server listen on a free port of 127.0.0.1, which it gives; the server and its connections end with the test. */
export async function listen(server: Server & { closeAllConnections?(): void }): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections?.();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A new folder, removed with all in it when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A certificate and its key: PEM text, and the files it stands in. */
export interface CertificateFixture {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * Certificates for tests: an authority, and what it signed: a server for localhost, 127.0.0.1 and ::1, the same one long
 * expired, and a client.
 */
export function certificates(): {
  readonly ca: string;
  readonly caFile: string;
  readonly server: CertificateFixture;
  readonly expired: CertificateFixture;
  readonly client: CertificateFixture;
} {
  const caFile = fixture("authority.pem");
  return {
    ca: readFileSync(caFile, "utf8"),
    caFile,
    server: pair("server"),
    expired: pair("expired"),
    client: pair("client"),
  };
}

function pair(name: string): CertificateFixture {
  const certFile = fixture(`${name}.pem`);
  const keyFile = fixture(`${name}.key`);
  return { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8"), certFile, keyFile };
}

function fixture(name: string): string {
  return join(import.meta.dirname, "../testdata", name);
}
