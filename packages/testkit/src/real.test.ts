import { X509Certificate } from "node:crypto";
import { stat } from "node:fs/promises";
import { createServer } from "node:net";
import { afterAll, expect, test } from "vitest";
import { certificates, freePort, temporaryFolder } from "./real.ts";
import { startProcess } from "./start-process.ts";
import { waitFor } from "./wait-for.ts";

const left = { folder: "", pid: 0 };
const node = process.execPath;

test("a process is started, talked to and stopped", async () => {
  const script = `process.on("SIGTERM", () => { console.error("bye"); process.exit(3); }); console.log(process.env.WORD); setInterval(() => {}, 1000);`;
  const started = await startProcess({
    command: node,
    args: ["-e", script],
    env: { WORD: "ready" },
    ready: /^ready$/m,
  });
  expect(started.stdout).toBe("ready\n");
  started.signal("SIGTERM");
  expect(await started.exited).toBe(3);
  expect(started.stderr).toBe("bye\n");
  expect(started.output).toBe("ready\nbye\n");
});

test("a process that is not ready says why", async () => {
  const failing = startProcess({ command: node, args: ["-e", "console.log('no'); process.exit(1)"], ready: /ready/ });
  await expect(failing).rejects.toThrow(/ended with 1 before it was ready; its output:\nno\n/);
  const slow = { command: node, args: ["-e", "setInterval(() => {}, 1000)"], ready: () => false, timeoutMs: 1 };
  await expect(startProcess(slow)).rejects.toThrow(/to be ready: not within 1 ms; last seen: false; its output:/);
  await expect(startProcess({ command: "/no/such/program" })).rejects.toThrow('cannot start "/no/such/program"');
});

test("what a test leaves behind", async () => {
  left.folder = await temporaryFolder();
  left.pid = (await startProcess({ command: node, args: ["-e", "setInterval(() => {}, 1000)"] })).pid;
  expect((await stat(left.folder)).isDirectory()).toBe(true);
});
afterAll(async () => {
  await expect(stat(left.folder)).rejects.toThrow("ENOENT");
  expect(() => process.kill(left.pid, 0)).toThrow("ESRCH");
});

test("waiting says what for, and what was seen instead", async () => {
  const counter = { count: 0 };
  expect(await waitFor(() => ++counter.count > 2 && "three", { what: "three" })).toBe("three");
  const never = waitFor(() => undefined, { what: "rain", timeoutMs: 1 });
  await expect(never).rejects.toThrow("rain: not within 1 ms; last seen: undefined");
  const throwing = waitFor(() => Promise.reject(new Error("dry")), { what: "rain", timeoutMs: 1 });
  await expect(throwing).rejects.toThrow("last seen: Error: dry");
});

test("a free port can be listened on", async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  server.close();
});

test("certificates", () => {
  const { ca, server, expired, client } = certificates();
  const authority = new X509Certificate(ca);
  for (const { cert } of [server, expired, client]) {
    expect(new X509Certificate(cert).verify(authority.publicKey)).toBe(true);
  }
  expect(new X509Certificate(server.cert).checkHost("localhost")).toBe("localhost");
  expect(new X509Certificate(expired.cert).validToDate.getTime()).toBeLessThan(Date.now());
});
