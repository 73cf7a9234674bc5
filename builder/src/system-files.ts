import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundledPackages } from "./bundled-packages.ts";
import type { Architecture } from "./debian.ts";
import { stripExecutable } from "./elf.ts";
import { node, nodeFor } from "./node-binary.ts";
import { nodeNotice, noticesOf } from "./notices.ts";
import type { Built } from "./outputs/output.ts";
import { type Entry, withFolders } from "./tar.ts";
import { shippedFiles } from "./tree.ts";

/** What a package for a distribution of Linux installs, and what its manager must know of it. */
export interface SystemPackage {
  readonly name: string;
  /** Older than the same without what follows a "~", as both formats order versions. */
  readonly version: string;
  readonly entries: readonly Entry[];
  /** From the root, without a slash before it: kept when the user changed it. */
  readonly config: string;
  readonly unit: string;
}

/**
 * The files of a package: the distribution with its own Node, a command, a configuration and a unit for systemd. Nothing in it needs
 * more of the system than the C and C++ libraries.
 */
export async function systemPackage(built: Built, architecture: Architecture, project: string): Promise<SystemPackage> {
  const { directory, metafile } = built;
  const name = built.name.toLowerCase().replaceAll(/[^a-z0-9.+-]/g, "-");
  const { binary, license } = await nodeFor(architecture, project);
  const notices =
    noticesOf(name, await bundledPackages(metafile, project)) +
    nodeNotice(node.version, new TextDecoder().decode(license));
  const home = `usr/lib/${name}`;
  const text = (path: string, contents: string, mode = 0o644): Entry => ({ path, mode, bytes: Buffer.from(contents) });
  // Node under the command's name: that is what a list of processes shows.
  const command = `#!/bin/sh\nexec /${home}/${name} /${home}/bin/${built.name}.mjs "$@"\n`;
  const config = `etc/${name}/config.yaml`;
  const unit = `${name}.service`;
  const entries = withFolders([
    ...(await shippedFiles(directory, home)),
    { path: `${home}/${name}`, mode: 0o755, bytes: stripExecutable(binary) },
    text(`usr/bin/${name}`, command, 0o755),
    { path: config, mode: 0o644, bytes: await readFile(join(directory, "config.yaml")) },
    text(`usr/lib/systemd/system/${unit}`, unitOf(name, built.description)),
    text(`usr/share/doc/${name}/copyright`, notices),
  ]);
  return { name, version: built.version.replace("-", "~").replaceAll("-", "."), entries, config, unit };
}

/**
 * It runs as a user that exists only while it runs, sees the system read-only and may open sockets, nothing else; V8 compiles, so
 * memory that is written and run cannot be forbidden. A limit such as MemoryMax is found by the launcher.
 */
function unitOf(name: string, description: string): string {
  return `[Unit]
Description=${description.replaceAll(/[\n%]/g, " ")}
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
ExecStart=/usr/bin/${name} --config /etc/${name}/config.yaml
ExecReload=/bin/kill -HUP $MAINPID
EnvironmentFile=-/etc/${name}/environment
Environment=NODE_COMPILE_CACHE=/var/cache/${name}
KillMode=mixed
Restart=on-failure
RestartSec=5
LimitNOFILE=65536

DynamicUser=yes
StateDirectory=${name}
CacheDirectory=${name}
UMask=0077
CapabilityBoundingSet=
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
`;
}
