import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAr } from "../ar.ts";
import type { Architecture } from "../debian.ts";
import { gzip } from "../gzip.ts";
import { checkKeys, readArchitectures, readText } from "../settings.ts";
import { sourceDate } from "../source-date.ts";
import { type SystemPackage, systemPackage } from "../system-files.ts";
import { type Entry, writeTar } from "../tar.ts";
import type { Built, Emitted, Output } from "./output.ts";

/** Packages for Debian and what descends of it, with a service for systemd that starts when it is installed. */
export const emitDeb: Output = async (built, { settings, outputPath, project }) => {
  checkKeys(settings, ["architectures", "maintainer"]);
  const maintainer = readText(settings, "maintainer", `${built.name} <maintainer@localhost>`);
  const emitted: Emitted[] = [];
  for (const architecture of readArchitectures(settings)) {
    const files = await systemPackage(built, architecture, project);
    const deb = await write(files, controlOf(files, built, architecture, maintainer));
    const path = join(outputPath, `${files.name}_${files.version}_${architecture}.deb`);
    await writeFile(path, deb);
    emitted.push({ path, what: `Debian package, ${architecture}`, bytes: deb.length });
  }
  return emitted;
};

async function write({ name, entries, config, unit }: SystemPackage, control: string): Promise<Uint8Array> {
  const seconds = sourceDate();
  const text = (path: string, contents: string, mode = 0o644): Entry => ({ path, mode, bytes: Buffer.from(contents) });
  const changes = await gzip(Buffer.from(changelogOf(control)), 9);
  const all = [...entries, { path: `usr/share/doc/${name}/changelog.gz`, mode: 0o644, bytes: changes }];
  const about = [
    text("control", control),
    text("conffiles", `/${config}\n`),
    text("md5sums", sumsOf(all, config)),
    text("postinst", postinst(unit), 0o755),
    text("prerm", prerm(unit), 0o755),
    text("postrm", postrm(unit), 0o755),
  ];
  const members = [
    ["debian-binary", Buffer.from("2.0\n")],
    ["control.tar.gz", await gzip(writeTar(about, seconds, "./"))],
    ["data.tar.gz", await gzip(writeTar(all, seconds, "./"))],
  ] as const;
  return writeAr(members, seconds);
}

function controlOf(
  { name, version, entries }: SystemPackage,
  { description }: Built,
  architecture: Architecture,
  maintainer: string,
): string {
  const kib = entries.reduce((sum, { bytes }) => sum + Math.ceil((bytes?.length ?? 0) / 1024), 0);
  const summary = description.replaceAll(/\s+/g, " ").trim();
  return `Package: ${name}
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${kib}
Depends: libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 5.2)
Section: net
Priority: optional
Description: ${summary}
 Takes telemetry in, changes it and sends it on, as a service that
 /etc/${name}/config.yaml configures.
`;
}

/** Says of which version it is; changes are told elsewhere. */
function changelogOf(control: string): string {
  const field = (key: string): string => new RegExp(`^${key}: (.*)$`, "m").exec(control)![1]!;
  const date = new Date(sourceDate() * 1000).toUTCString().replace("GMT", "+0000");
  const head = `${field("Package")} (${field("Version")}) stable; urgency=medium`;
  return `${head}\n\n  * This version.\n\n -- ${field("Maintainer")}  ${date}\n`;
}

function sumsOf(entries: readonly Entry[], config: string): string {
  return entries
    .flatMap(({ path, bytes }) =>
      bytes === undefined || path === config ? [] : [`${createHash("md5").update(bytes).digest("hex")}  ${path}\n`],
    )
    .join("");
}

const isRunning = "[ -d /run/systemd/system ]";

function postinst(unit: string): string {
  return `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  deb-systemd-helper enable ${unit} >/dev/null || true
  if ${isRunning}; then
    systemctl --system daemon-reload
    if [ -n "$2" ]; then action=restart; else action=start; fi
    deb-systemd-invoke "$action" ${unit} || true
  fi
fi
`;
}

function prerm(unit: string): string {
  return `#!/bin/sh
set -e
if [ "$1" = remove ] && ${isRunning}; then
  deb-systemd-invoke stop ${unit} || true
fi
`;
}

function postrm(unit: string): string {
  return `#!/bin/sh
set -e
if [ "$1" = purge ] && command -v deb-systemd-helper >/dev/null; then
  deb-systemd-helper purge ${unit} >/dev/null || true
fi
if [ "$1" = remove ] && ${isRunning}; then
  systemctl --system daemon-reload
fi
`;
}
