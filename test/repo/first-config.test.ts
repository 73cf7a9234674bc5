import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { decodeWriteRequest, snappyDecompress } from "@sluice/lib-prometheus";
import { freePort, listen, startProcess, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { root } from "../../scripts/packages.ts";
import { parseMarkdown } from "./markdown.ts";
import { read } from "./tree.ts";

/** Serves on a free port until the test ends; gives "127.0.0.1:port". */
async function serve(listener: RequestListener): Promise<string> {
  return `127.0.0.1:${await listen(createServer(listener))}`;
}

test("the first configuration of the README scrapes and writes", async () => {
  const target = await serve((_request, response) => {
    response.setHeader("Content-Type", "text/plain; version=0.0.4");
    response.end("# TYPE rooms gauge\nrooms 3\n");
  });
  const written: string[] = [];
  const backend = await serve((request, response) => {
    void buffer(request).then((body) => {
      for (const { labels, samples } of decodeWriteRequest(snappyDecompress(body, 1 << 20)).timeseries) {
        const { __name__: name, job, instance } = Object.fromEntries(labels);
        for (const { value } of samples) written.push(`${request.url} ${name} ${job} ${instance} ${value}`);
      }
      response.writeHead(204).end();
    });
  });
  const [example] = parseMarkdown(read("README.md")).blocks.filter(({ language }) => language === "yaml");
  const config = [
    ["localhost:9100", target],
    ["localhost:9090", backend],
    ["15s", "1s"],
  ].reduce((text, [from = "", to = ""]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, example!.text);
  // The own metrics' usual port may be taken where tests run.
  const own = `{pull: {exporter: {prometheus: {host: localhost, port: ${await freePort()}}}}}`;
  const collector = await startProcess({
    command: process.execPath,
    args: [
      join(root, "distributions/core/bin/sluice.mjs"),
      "--config",
      `yaml:${config}`,
      "--config",
      `yaml:service: {telemetry: {metrics: {readers: [${own}]}}}`,
    ],
    ready: /everything is ready/i,
  });
  await waitFor(() => written.includes(`/api/v1/write rooms node ${target} 3`), { what: "the sample in the backend" });
  collector.signal("SIGTERM");
  expect(await collector.exited).toBe(0);
});
