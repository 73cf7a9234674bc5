import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundledPackages } from "../bundled-packages.ts";
import { type Architecture, debianMirror } from "../debian.ts";
import { gzip } from "../gzip.ts";
import { baseFiles, imageUser } from "../image-base.ts";
import { type ImageLock, pinnedPackages, readPackages } from "../image-lock.ts";
import { listeningPorts } from "../listening-ports.ts";
import { node, nodeFor } from "../node-binary.ts";
import { noticesOf } from "../notices.ts";
import { archiveFiles, type Image, type Layer, layoutFiles, writeImage } from "../oci.ts";
import { checkKeys, readArchitectures, readFlag, readText } from "../settings.ts";
import { sourceDate } from "../source-date.ts";
import { sha256, stored } from "../store.ts";
import { writeTar } from "../tar.ts";
import { shippedFiles, writeTree } from "../tree.ts";
import type { Built, Emitted, Output } from "./output.ts";

/** Another number makes layers that were stored before be made anew: for when what stands in them changes. */
const BASE = 1;

interface Place {
  readonly lock: ImageLock;
  readonly architecture: Architecture;
  readonly mirror: string;
  readonly project: string;
}

/**
 * Container images: a folder in the OCI layout with all architectures, and for each an archive that `docker load` reads. They hold
 * the distribution, Node, and of Debian what Node needs. Made without a container engine.
 */
export const emitImage: Output = async (built, { settings, outputPath, project, tell }) => {
  checkKeys(settings, ["architectures", "mirror", "newest", "tag"]);
  const mirror = readText(settings, "mirror", debianMirror).replace(/\/+$/, "");
  const tag = readText(settings, "tag", built.version);
  const lock = await pinnedPackages({ project, mirror, newest: readFlag(settings, "newest"), tell });
  const application = await applicationLayer(built, project);
  const images: Image[] = [];
  for (const architecture of readArchitectures(settings)) {
    const base = await baseLayer({ lock, architecture, mirror, project });
    images.push(await imageOf(built, architecture, [base, application]));
  }
  const file = join(outputPath, `${built.name}-${built.version}`);
  const archives: Emitted[] = [];
  for (const image of images) archives.push(await emitArchive(image, `${built.name}:${tag}`, file));
  const layout = `${file}-oci`;
  await writeTree(layout, layoutFiles(images, tag));
  const architectures = images.map(({ manifest }) => `linux/${manifest.platform!.architecture}`).join(", ");
  const bytes = images.reduce((sum, image) => sum + sizeOf(image), 0);
  return [{ path: layout, what: `OCI layout, ${architectures}`, bytes }, ...archives];
};

async function baseLayer({ lock, architecture, mirror, project }: Place): Promise<Layer> {
  const sums = lock[architecture].map((one) => one.sha256);
  const seconds = sourceDate();
  const key = sha256([BASE, process.version, seconds, node[architecture].sha256, ...sums].join(" "));
  // The sum stands behind the archive, so that the two are stored as one.
  const both = await stored(`${key}.layer`, async () => {
    const packages = await readPackages(lock, architecture, mirror);
    const tar = writeTar(baseFiles(packages, await nodeFor(architecture, project), architecture), seconds);
    return Buffer.concat([await gzip(tar), Buffer.from(sha256(tar), "hex")]);
  });
  const diffId = `sha256:${Buffer.from(both.subarray(-32)).toString("hex")}`;
  return { gzip: both.subarray(0, -32), diffId, madeBy: `Node ${node.version} and libraries of Debian` };
}

async function applicationLayer({ directory, name, version, metafile }: Built, project: string): Promise<Layer> {
  const notices = noticesOf(name, await bundledPackages(metafile, project));
  const papers = { path: `usr/share/doc/${name}/copyright`, mode: 0o644, bytes: Buffer.from(notices) };
  const files = await shippedFiles(directory, `usr/lib/${name}`);
  const config = {
    path: `etc/${name}/config.yaml`,
    mode: 0o644,
    bytes: await readFile(join(directory, "config.yaml")),
  };
  // Where a queue on disk may stand, once something is mounted there.
  const state = { path: `var/lib/${name}`, mode: 0o750, owner: imageUser };
  const tar = writeTar([...files, papers, config, state], sourceDate());
  return { gzip: await gzip(tar), diffId: `sha256:${sha256(tar)}`, madeBy: `${name} ${version}` };
}

async function imageOf(
  { directory, name, version, description }: Built,
  architecture: Architecture,
  layers: readonly Layer[],
): Promise<Image> {
  const created = new Date(sourceDate() * 1000).toISOString().replace(".000Z", "Z");
  const ports = listeningPorts(await readFile(join(directory, "config.yaml"), "utf8"));
  const label = (key: string, value: string) => [`org.opencontainers.image.${key}`, value] as const;
  return writeImage(layers, {
    architecture,
    created,
    // The launcher finds the container's limit of memory; there is no shell that could.
    entrypoint: ["/usr/bin/node", `/usr/lib/${name}/bin/${name}.mjs`],
    command: ["--config", `/etc/${name}/config.yaml`],
    user: `${imageUser}:${imageUser}`,
    environment: ["PATH=/usr/bin", "HOME=/tmp"],
    folder: "/",
    ports: ports.map((port) => `${port}/tcp`),
    labels: Object.fromEntries([
      label("created", created),
      label("description", description),
      label("title", name),
      label("version", version),
    ]),
  });
}

async function emitArchive(image: Image, name: string, file: string): Promise<Emitted> {
  const { architecture } = image.manifest.platform!;
  const path = `${file}-linux-${architecture}.tar`;
  const tar = writeTar(archiveFiles(image, name), sourceDate());
  await writeFile(path, tar);
  return { path, what: `image for docker load, linux/${architecture}`, bytes: tar.length };
}

/** What is transferred when an image is pulled. */
function sizeOf({ layers, config, manifest }: Image): number {
  return [...layers, config, manifest].reduce((sum, { size }) => sum + size, 0);
}
