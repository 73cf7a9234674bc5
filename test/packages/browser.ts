import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { Workshop } from "./workshop.ts";

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Bundles a compiled program of the workshop for a browser and gives what it prints there, one console line a line. Rejects when
 * something in it needs Node.
 */
export async function runInBrowser(workshop: Workshop, program: string): Promise<string> {
  if (chromium === undefined) throw new Error("cannot find Chromium; please install it: apt-get install chromium");
  const { outputFiles } = await build({
    entryPoints: [join(workshop.folder, "compiled", program)],
    bundle: true,
    format: "iife",
    platform: "browser",
    write: false,
    logLevel: "silent",
  });
  // What the page prints ends up in its one element, and a fault there, too.
  const script = `const lines = document.querySelector("pre");
    console.log = (...all) => lines.append(all.join(" ") + "\\n");
    window.onerror = (message) => lines.append(message);
    ${(outputFiles[0]?.text ?? "").replaceAll("</script", "<\\/script")}`;
  workshop.write("page.html", `<!doctype html><meta charset="utf-8"><pre></pre><script>${script}</script>`);
  const profile = mkdtempSync(join(tmpdir(), "sluice-chromium-"));
  try {
    const page = pathToFileURL(join(workshop.folder, "page.html")).href;
    const shown = await workshop.run(chromium, ...flags, `--user-data-dir=${profile}`, "--dump-dom", page);
    return /<pre>([\s\S]*)<\/pre>/.exec(shown)?.[1] ?? shown;
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}
