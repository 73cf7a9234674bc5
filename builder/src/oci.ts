import { sha256 } from "./store.ts";
import type { Entry } from "./tar.ts";

/** A layer of an image: its compressed tar archive, and the SHA-256 of what that holds. */
export interface Layer {
  readonly gzip: Uint8Array;
  readonly diffId: string;
  /** What made it, for the image's history. */
  readonly madeBy: string;
}

/** What runs, and how: the part of an image's configuration that differs between images. */
export interface ImageOptions {
  readonly architecture: string;
  /** RFC 3339. */
  readonly created: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly user: string;
  readonly environment: readonly string[];
  readonly folder: string;
  /** "4317/tcp". */
  readonly ports: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** A blob as manifests refer to it. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly architecture: string; readonly os: string };
  readonly annotations?: Readonly<Record<string, string>>;
}
/** An image for one architecture: its manifest's descriptor, and all blobs by their digests. */
export interface Image {
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
} as const;

/** Writes an image after the OCI Image Format Specification 1.1. */
export function writeImage(layers: readonly Layer[], options: ImageOptions): Image {
  const { architecture, created, labels } = options;
  const blobs = new Map<string, Uint8Array>();
  const add = (mediaType: string, bytes: Uint8Array): Descriptor => {
    const digest = `sha256:${sha256(bytes)}`;
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const own = layers.map(({ gzip }) => add(types.layer, gzip));
  const config = add(types.config, json(configOf(layers, options)));
  const body = { schemaVersion: 2, mediaType: types.manifest, config, layers: own, annotations: labels };
  const platform = { architecture, os: "linux" };
  const manifest = { ...add(types.manifest, json(body)), platform };
  return { manifest, config, layers: own, blobs };

  function configOf(all: readonly Layer[], { entrypoint, command, user, environment, folder, ports }: ImageOptions) {
    return {
      created,
      architecture,
      os: "linux",
      config: {
        User: user,
        ...(ports.length > 0 && { ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])) }),
        Env: environment,
        Entrypoint: entrypoint,
        Cmd: command,
        WorkingDir: folder,
        Labels: labels,
        StopSignal: "SIGTERM",
      },
      rootfs: { type: "layers", diff_ids: all.map(({ diffId }) => diffId) },
      history: all.map(({ madeBy }) => ({ created, created_by: madeBy })),
    };
  }
}

/** The files of an OCI layout that holds images for several architectures as one, under the name `tag`. */
export function layoutFiles(images: readonly Image[], tag: string): readonly Entry[] {
  const index = json({ schemaVersion: 2, mediaType: types.index, manifests: images.map(({ manifest }) => manifest) });
  const digest = `sha256:${sha256(index)}`;
  const annotations = { "org.opencontainers.image.ref.name": tag };
  const top = { mediaType: types.index, digest, size: index.length, annotations };
  return layout([top], new Map([...images.flatMap(({ blobs }) => [...blobs]), [digest, index]]));
}

/**
 * The files of an archive with one image: an OCI layout, and beside it the list that `docker load` of any age reads. `name` is the
 * image's, with its tag.
 */
export function archiveFiles({ manifest, config, layers, blobs }: Image, name: string): readonly Entry[] {
  const tag = name.slice(name.lastIndexOf(":") + 1);
  const annotations = {
    "io.containerd.image.name": `docker.io/library/${name}`,
    "org.opencontainers.image.ref.name": tag,
  };
  const list = [{ Config: blobPath(config), RepoTags: [name], Layers: layers.map(blobPath) }];
  return [...layout([{ ...manifest, annotations }], blobs), file("manifest.json", json(list))];
}

function layout(manifests: readonly Descriptor[], blobs: ReadonlyMap<string, Uint8Array>): readonly Entry[] {
  return [
    file("oci-layout", json({ imageLayoutVersion: "1.0.0" })),
    file("index.json", json({ schemaVersion: 2, mediaType: types.index, manifests })),
    ...[...blobs].map(([digest, bytes]) => file(blobPath({ digest }), bytes)),
  ];
}

function blobPath({ digest }: Pick<Descriptor, "digest">): string {
  return `blobs/${digest.replace(":", "/")}`;
}
function file(path: string, bytes: Uint8Array): Entry {
  return { path, mode: 0o644, bytes };
}
function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
