import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Architecture } from "../debian.ts";
import { run } from "../run.ts";
import { checkKeys, readArchitectures } from "../settings.ts";
import { sourceDate } from "../source-date.ts";
import { type SystemPackage, systemPackage } from "../system-files.ts";
import { writeTree } from "../tree.ts";
import type { Built, Emitted, Output } from "./output.ts";

const targets = { amd64: "x86_64", arm64: "aarch64" } as const;

/** Packages for Fedora, RHEL, SUSE and what descends of them, made by `rpmbuild`; throws where that is not installed. */
export const emitRpm: Output = async (built, { settings, outputPath, project }) => {
  checkKeys(settings, ["architectures"]);
  const folders = (process.env.PATH ?? "").split(delimiter);
  if (!folders.some((folder) => existsSync(join(folder, "rpmbuild"))))
    throw new Error("there is no rpmbuild: install the package that holds it (rpm-build, on Debian rpm)");
  const emitted: Emitted[] = [];
  for (const architecture of readArchitectures(settings)) {
    const files = await systemPackage(built, architecture, project);
    const path = join(outputPath, `${files.name}-${files.version}-1.${targets[architecture]}.rpm`);
    await write(files, built, architecture, path);
    emitted.push({ path, what: `RPM package, ${targets[architecture]}`, bytes: (await stat(path)).size });
  }
  return emitted;
};

async function write(files: SystemPackage, built: Built, architecture: Architecture, path: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-rpm-"));
  try {
    const tree = join(folder, "tree");
    await writeTree(tree, files.entries);
    for (const { path: inside, link } of files.entries)
      if (link === undefined) await utimes(join(tree, inside), sourceDate(), sourceDate());
    const spec = join(folder, "package.spec");
    await writeFile(spec, specOf(files, built));
    const args = ["-bb", "--target", `${targets[architecture]}-linux`, "--define", `_topdir ${folder}`];
    const env = { SOURCE_DATE_EPOCH: String(sourceDate()) };
    const { code, text } = await run("rpmbuild", [...args, "--buildroot", tree, spec], { cwd: folder, env });
    if (code !== 0) throw new Error(`rpmbuild ended with ${code}:\n${text}`);
    const made = join(folder, "RPMS", targets[architecture]);
    const [name = ""] = await readdir(made);
    await copyFile(join(made, name), path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The files stand in the build root already; nothing of them is changed. */
function specOf({ name, version, entries, config, unit }: SystemPackage, { description }: Built): string {
  const listed = entries.flatMap(({ path, bytes, link }) => {
    if (bytes === undefined && link === undefined) return path.includes(`/${name}`) ? [`%dir "/${path}"`] : [];
    return [`${path === config ? "%config(noreplace) " : ""}"/${path}"`];
  });
  const summary = description.replaceAll(/\s+/g, " ").replaceAll("%", "%%").trim();
  return `%global _build_id_links none
%global __os_install_post %{nil}
%global _binary_payload w6.gzdio
%global _buildhost localhost
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
Name: ${name}
Version: ${version}
Release: 1
Summary: ${summary}
License: Apache-2.0
AutoReqProv: no
Requires: glibc >= 2.28
Requires: libgcc_s.so.1
Requires: libstdc++.so.6

%description
${summary}. Takes telemetry in, changes it and sends it on, as a service that
/${config} configures.

%post
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  if [ "$1" = 1 ]; then systemctl enable --now ${unit}; else systemctl try-restart ${unit}; fi
fi || :

%preun
if [ "$1" = 0 ] && [ -d /run/systemd/system ]; then systemctl disable --now ${unit}; fi || :

%postun
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi || :

%files
%defattr(-,root,root,-)
${listed.join("\n")}
`;
}
