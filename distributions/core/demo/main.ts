/** `npm start`: the core distribution scrapes itself and a sample shop each second and writes to an embedded backend that checks. */
import { join } from "node:path";
import type { Env, HttpHandler } from "@sluice/component";
import { createCollector } from "@sluice/core";
import { parsePage } from "@sluice/lib-prometheus";
import { createEnv, onStopSignal } from "@sluice/runtime";
import { createSampleApp } from "@sluice/tool-validator";
import { build, definitions } from "../main.ts";
import { createBackend } from "./backend.ts";
import { createScreen, type View } from "./screen.ts";

const host = "127.0.0.1";
const maxBodyBytes = 64 * 1024 * 1024;
const accountNames = ["accepted", "delivered", "rejected", "dropped", "queued"] as const;

const serve = (env: Env, handler: HttpHandler) =>
  env.net.serveHttp({ address: { host, port: 0 }, maxBodyBytes }, handler);

/** A port that was free a moment ago, for the collector's own metrics: its configuration has to name one. */
async function freePort(env: Env): Promise<number> {
  const listener = await serve(env, () => ({ status: 404 }));
  await listener.close();
  return listener.port;
}

/** The exporter's account on the collector's own metrics page. */
async function readAccount(url: string): Promise<View["account"]> {
  const account = { accepted: 0, delivered: 0, rejected: 0, dropped: 0, queued: 0 };
  const response = await fetch(url);
  for (const family of parsePage(await response.text(), "text")) {
    for (const sample of family.samples) {
      const name = accountNames.find((each) => sample.name === `sluice_exporter_${each}_items`);
      if (name !== undefined) account[name] += sample.value;
    }
  }
  return account;
}

async function main(): Promise<void> {
  const env = createEnv();
  const backend = createBackend("shop");
  const shopServer = await serve(env, createSampleApp({ clock: env.clock }));
  const backendServer = await serve(env, (request) => backend.handle(request));
  const ownPort = await freePort(env);
  const variables = {
    DEMO_SHOP: shopServer.address,
    DEMO_BACKEND: backendServer.address,
    DEMO_OWN_HOST: host,
    DEMO_OWN_PORT: String(ownPort),
  };
  const demoEnv: Env = { ...env, process: { ...env.process, env: { ...env.process.env, ...variables } } };
  const collector = createCollector({
    build,
    definitions,
    env: demoEnv,
    uris: [`file:${join(import.meta.dirname, "config.yaml")}`],
  });
  await collector.start();

  const own = `http://${host}:${ownPort}/metrics`;
  const links = {
    shop: `http://${shopServer.address}/metrics`,
    expected: `http://${shopServer.address}/expected_metrics`,
    own,
  };
  const show = createScreen(
    process.stdout.isTTY === true,
    () => process.stdout.columns,
    (text) => env.process.write("stdout", text),
  );
  const startedAt = env.clock.monotonic();
  const view = (account: View["account"]): View => ({
    seconds: Math.round((env.clock.monotonic() - startedAt) / 1000),
    stats: backend.stats,
    account,
    rssMegabytes: env.process.memory().rss / 1e6,
    links,
  });
  let account = await readAccount(own);
  const stopped = new AbortController();
  onStopSignal(() => stopped.abort());
  const pauseMs = process.stdout.isTTY ? 500 : 5000;
  while (!stopped.signal.aborted) {
    account = await readAccount(own);
    show(view(account));
    await env.timers.sleep(pauseMs, stopped.signal).catch(() => {});
  }

  env.process.write("stdout", "draining...\n");
  await collector.stop();
  await Promise.all([shopServer.close(), backendServer.close()]);
  const { samples, verified, problems } = backend.stats;
  env.process.write(
    "stdout",
    `done: the backend holds ${samples} samples, ${verified} scrapes checked, ${problems} problems\n`,
  );
  process.exitCode = problems === 0 ? 0 : 1;
}

await main();
