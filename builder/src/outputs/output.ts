import type { Kind } from "@sluice/component";
import type { Metafile } from "esbuild";

/** One component as it stands in a bundle. */
export interface BuiltComponent {
  /** The npm package, "@sluice/receiver-nop". */
  readonly name: string;
  readonly version: string;
  /** SPDX, from its package.json; "UNKNOWN" when that says nothing. */
  readonly license: string;
  readonly kind: Kind;
  readonly type: string;
  /** What the package's own files take in the bundle. */
  readonly bytes: number;
}

/** A distribution that was bundled: what every output is made of. */
export interface Built {
  /**
   * Absolute: holds `bin/<name>.mjs` (which starts it, on Node 24 and later), `dist/`, `cache/`, `config.yaml`, `package.json` and
   * `schema.json`. `cache/` is compiled code for the Node, architecture and Node flags it was made with, in a folder whose name ends
   * with the user's number: `<version>-<arch>-<tag>-0`, with a link to it for 10001. Another user needs another link.
   */
  readonly directory: string;
  /** Also the name of the command. */
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** In the manifest's order. */
  readonly components: readonly BuiltComponent[];
  /** esbuild's account of what went into `dist/`; its paths count from the project's folder. */
  readonly metafile: Metafile;
}

export interface OutputOptions {
  /** Absolute, and exists: what is emitted stands in here. */
  readonly outputPath: string;
  /** Of the npm project that was bundled: absolute, with its `package-lock.json` and `node_modules`. */
  readonly project: string;
  /** What the manifest says for this output, `{}` when it only names it. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Tells the user one line of progress. */
  readonly tell: (line: string) => void;
}

/** Something that an output wrote. */
export interface Emitted {
  /** Absolute: a file or a folder. */
  readonly path: string;
  /** What it is, in a few words, such as "OCI image, linux/amd64". */
  readonly what: string;
  /** Of the file, or of all in the folder. */
  readonly bytes: number;
}

/** Makes one output. Throws an `Error` that says what the user can do; writing twice gives the same bytes. */
export type Output = (built: Built, options: OutputOptions) => Promise<readonly Emitted[]>;
