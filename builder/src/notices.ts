import type { BundledPackage } from "./bundled-packages.ts";

/** The licences of everything in a bundle, as a text to ship with it; packages with the same text share it. */
export function noticesOf(name: string, packages: readonly BundledPackage[]): string {
  const groups = new Map<string, BundledPackage[]>();
  for (const one of packages) {
    const text = [...one.texts.values()].join("\n\n");
    groups.set(text, [...(groups.get(text) ?? []), one]);
  }
  const parts = [...groups].map(([text, ones]) => {
    const list = ones.map((one) => `${one.name} ${one.version} (${one.license})`).join("\n");
    return `${RULE}\n${list}\n${RULE}\n\n${text === "" ? "The package holds no text of its licence." : text}\n`;
  });
  return `${name} contains the following packages.\n\n${parts.join("\n")}`;
}

/** The same of Node, to be put behind. */
export function nodeNotice(version: string, license: string): string {
  return `\n${RULE}\nNode.js ${version}\n${RULE}\n\n${license.trim()}\n`;
}

const RULE = "-".repeat(72);
