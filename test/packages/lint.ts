import { readFileSync } from "node:fs";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

/** What ESM alone cannot have: resolution before Node 12, and `require` that does not know ESM. */
const esmOnly = new Set<Problem["kind"] | undefined>(["CJSResolvesToESM"]);

/** What publint and attw (profile esm-only) find in a tarball. */
export async function tarballProblems(path: string): Promise<string[]> {
  const data = new Uint8Array(readFileSync(path));
  const { messages, pkg } = await publint({ pack: { tarball: data.buffer }, strict: true });
  const analysis = await checkPackage(createPackageFromTarballData(data));
  const types = analysis.types === false ? [] : analysis.problems;
  return [
    ...messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`),
    ...types.filter((problem) => !isOfOldResolution(problem)).map((problem) => `attw: ${JSON.stringify(problem)}`),
  ];
}

function isOfOldResolution(problem: Problem): boolean {
  return esmOnly.has(problem.kind) || ("resolutionKind" in problem && problem.resolutionKind === "node10");
}
