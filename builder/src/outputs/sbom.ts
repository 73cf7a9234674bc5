import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BundledPackage, bundledPackages, idOf } from "../bundled-packages.ts";
import { node, nodeFor } from "../node-binary.ts";
import { nodeNotice, noticesOf } from "../notices.ts";
import { checkKeys } from "../settings.ts";
import { sourceDate } from "../source-date.ts";
import { sha256 } from "../store.ts";
import { version as builderVersion } from "../version.ts";
import type { Built, Output } from "./output.ts";

/** What is inside, as a CycloneDX 1.6 document: every npm package in the bundle, and Node; beside it the texts of their licences. */
export const emitSbom: Output = async (built, { outputPath, project, settings }) => {
  checkKeys(settings, []);
  const { name, version, metafile } = built;
  const packages = await bundledPackages(metafile, project);
  const emit = async (suffix: string, what: string, text: string) => {
    const path = join(outputPath, `${name}-${version}${suffix}`);
    await writeFile(path, text);
    return { path, what, bytes: Buffer.byteLength(text) };
  };
  const { license } = await nodeFor(process.arch === "arm64" ? "arm64" : "amd64", project);
  const notices = noticesOf(name, packages) + nodeNotice(node.version, new TextDecoder().decode(license));
  return [
    await emit(".cdx.json", "SBOM, CycloneDX 1.6", `${JSON.stringify(documentOf(built, packages), undefined, 2)}\n`),
    await emit("-THIRD-PARTY-NOTICES.txt", "licences of what is inside", notices),
  ];
};

const nodeRef = `pkg:generic/node@${node.version}`;

function documentOf({ name, version, description }: Built, packages: readonly BundledPackage[]): object {
  const root = `${name}@${version}`;
  const refs = new Map(packages.map((one) => [idOf(one), purlOf(one)]));
  const imported = new Set(packages.flatMap(({ imports }) => imports));
  const direct = packages.filter((one) => !imported.has(idOf(one))).map(purlOf);
  const components = [...packages.map(componentOf), nodeComponent];
  const dependencies = [
    { ref: root, dependsOn: [...direct, nodeRef] },
    ...packages.map((one) => ({ ref: purlOf(one), dependsOn: one.imports.map((id) => refs.get(id)!) })),
    { ref: nodeRef, dependsOn: [] },
  ];
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([root, components]))}`,
    version: 1,
    metadata: {
      timestamp: new Date(sourceDate() * 1000).toISOString(),
      tools: { components: [{ type: "application", name: "sluice-builder", version: builderVersion }] },
      component: { type: "application", "bom-ref": root, name, version, description },
    },
    components,
    dependencies,
  };
}

function componentOf(one: BundledPackage): object {
  const [, group, name = one.name] = /^(@[^/]+)\/(.+)$/.exec(one.name) ?? [];
  const purl = purlOf(one);
  const hash = /^sha512-([A-Za-z0-9+/=]+)$/.exec(one.integrity ?? "")?.[1];
  return {
    type: "library",
    "bom-ref": purl,
    ...(group !== undefined && { group }),
    name,
    version: one.version,
    ...(hash !== undefined && { hashes: [{ alg: "SHA-512", content: Buffer.from(hash, "base64").toString("hex") }] }),
    licenses: [licenseOf(one.license)],
    purl,
  };
}

const nodeComponent = {
  type: "platform",
  "bom-ref": nodeRef,
  name: "node",
  version: node.version,
  licenses: [licenseOf("MIT")],
  cpe: `cpe:2.3:a:nodejs:node.js:${node.version}:*:*:*:*:*:*:*`,
  purl: nodeRef,
};

/** What is no SPDX expression is a name. */
function licenseOf(license: string): object {
  return /^(SEE |UNLICENSED$|UNKNOWN$)/.test(license) ? { license: { name: license } } : { expression: license };
}

/** The package's URL, https://github.com/package-url/purl-spec. */
function purlOf({ name, version }: BundledPackage): string {
  return `pkg:npm/${name.replace("@", "%40")}@${encodeURIComponent(version)}`;
}

/** A UUID (version 8) that stands for a text. */
function uuidOf(text: string): string {
  const hex = sha256(text);
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join("-");
}
