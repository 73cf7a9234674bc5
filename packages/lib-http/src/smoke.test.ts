import { gzipSync } from "node:zlib";
import { createEnv } from "@sluice/runtime";
import { expect, test } from "vitest";
import { createHttpClient } from "./index.ts";

test("smoke", async () => {
  const env = createEnv();
  const text = "x".repeat(200000);
  const l = await env.net.serveHttp({ address: { host: "127.0.0.1", port: 0 }, maxBodyBytes: 1 << 20 }, async (q) => {
    if (q.target === "/r") return { status: 302, headers: { location: "/z" } };
    if (q.target === "/gz") return { status: 200, headers: { "content-encoding": "gzip" }, body: gzipSync(text) };
    return { status: 200, body: q.method === "POST" ? await q.body() : text };
  });
  const c = createHttpClient({ env });
  const u = `http://127.0.0.1:${l.port}`;
  for (const p of ["/", "/r", "/gz", "/"]) {
    const a = await c.request({ url: u + p, timeoutMs: 1000 });
    expect(a.status).toBe(200);
    expect(Buffer.from(a.body).toString()).toBe(text);
  }
  const a = await c.request({ url: u, method: "POST", body: Buffer.from("hello") });
  expect(Buffer.from(a.body).toString()).toBe("hello");
  await expect(c.request({ url: u, maxBodyBytes: 200000 })).rejects.toThrow("body size limit exceeded");
  await expect(c.request({ url: `${u}/gz`, maxBodyBytes: 200000 })).rejects.toThrow("body size limit exceeded");
  await c.request({ url: `${u}/gz`, maxBodyBytes: 200001 });
  c.close();
  await l.close();
});
