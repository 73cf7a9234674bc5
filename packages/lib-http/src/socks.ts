import type { Connection } from "@sluice/component";
import { HttpError } from "./errors.ts";
import { parseIp } from "./ip.ts";
import { loginOf } from "./url.ts";

const REPLIES = [
  "",
  "general failure",
  "not allowed by the ruleset",
  "network unreachable",
  "host unreachable",
  "connection refused",
  "TTL expired",
  "command not supported",
  "address type not supported",
];

/** Asks a SOCKS5 proxy (RFC 1928, RFC 1929) for a way to `host`; names are resolved by the proxy. Rejects with `HttpError`. */
export async function socks5Connect(connection: Connection, proxy: URL, host: string, port: number): Promise<void> {
  const { user, password } = credentialsOf(proxy);
  const login = user.length > 0;
  connection.write(login ? Buffer.of(5, 2, 0, 2) : Buffer.of(5, 1, 0));
  const choice = await readExactly(connection, 2);
  if (choice[0] !== 5) throw refused("not a SOCKS5 proxy");
  if (choice[1] === 2 && login) {
    if (user.length > 255 || password.length > 255) throw refused("credentials too long");
    connection.write(Buffer.concat([Buffer.of(1, user.length), user, Buffer.of(password.length), password]));
    const verdict = await readExactly(connection, 2);
    if (verdict[1] !== 0) throw refused("credentials refused");
  } else if (choice[1] !== 0) {
    throw refused("no acceptable authentication method");
  }
  connection.write(Buffer.concat([Buffer.of(5, 1, 0), addressOf(host), Buffer.of(port >> 8, port & 255)]));
  const reply = await readExactly(connection, 4);
  if (reply[1] !== 0) throw refused(REPLIES[reply[1]!] ?? `reply ${reply[1]}`);
  await readExactly(connection, (await boundAddressLength(connection, reply[3]!)) + 2);
}

function credentialsOf(proxy: URL): { readonly user: Buffer; readonly password: Buffer } {
  const { user = "", password = "" } = loginOf(proxy) ?? {};
  return { user: Buffer.from(user), password: Buffer.from(password) };
}

function addressOf(host: string): Buffer {
  const ip = parseIp(host);
  if (ip !== undefined) return Buffer.of(ip.length === 4 ? 1 : 4, ...ip);
  const name = Buffer.from(host);
  if (name.length > 255) throw refused("host name too long");
  return Buffer.concat([Buffer.of(3, name.length), name]);
}

async function boundAddressLength(connection: Connection, type: number): Promise<number> {
  if (type === 1) return 4;
  if (type === 4) return 16;
  if (type !== 3) throw refused("bad address type in the reply");
  return (await readExactly(connection, 1))[0]!;
}

/** Reads without taking a byte too many, so that the tunnel starts clean. */
function readExactly(connection: Connection, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | undefined, bytes: Buffer | undefined): void => {
      connection.off("readable", read);
      connection.off("close", closed);
      connection.off("error", closed);
      if (bytes === undefined) reject(error);
      else resolve(bytes);
    };
    const closed = (cause?: Error): void => settle(refused("connection lost", cause), undefined);
    const read = (): void => {
      const bytes = connection.read(length) as Buffer | null;
      // At the end of the stream `read` gives what is left.
      if (bytes !== null) settle(refused("connection lost"), bytes.length === length ? bytes : undefined);
      else if (connection.readableEnded) closed();
    };
    connection.on("readable", read);
    connection.on("close", closed);
    connection.on("error", closed);
    read();
  });
}

const refused = (why: string, cause?: Error): HttpError =>
  new HttpError("connect", `cannot connect through the SOCKS5 proxy: ${why}`, cause && { cause });
