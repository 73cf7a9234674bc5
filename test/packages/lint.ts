import { readFileSync } from "node:fs";
import { checkPackage, createPackageFromTarballData, type Package, type Problem } from "@arethetypeswrong/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

/** What is wrong with a tarball: what publint and attw (profile esm-only) find, and what we promise beside that. */
export async function tarballProblems(path: string): Promise<string[]> {
  const data = new Uint8Array(readFileSync(path));
  const { messages, pkg } = await publint({ pack: { tarball: data.buffer }, strict: true });
  const packed = createPackageFromTarballData(data);
  const analysis = await checkPackage(packed);
  const types = analysis.types === false ? [] : analysis.problems;
  return [
    ...messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`),
    ...types.filter((problem) => !isOfOldResolution(problem)).map((problem) => `attw: ${JSON.stringify(problem)}`),
    ...contentProblems(packed),
  ];
}

/** What ESM alone cannot have: resolution before Node 12, and `require` that does not know ESM. */
function isOfOldResolution(problem: Problem): boolean {
  return problem.kind === "CJSResolvesToESM" || ("resolutionKind" in problem && problem.resolutionKind === "node10");
}

function contentProblems(packed: Package): string[] {
  const inside = `/node_modules/${packed.packageName}/`;
  const files = packed.listFiles().map((file) => file.replace(inside, ""));
  const manifest = JSON.parse(packed.readFile(`${inside}package.json`));
  const problems = files
    .filter((file) => /^(dist|src)\/.*\.(test|testing|bench)\./.test(file))
    .map((file) => `ships ${file}`);
  for (const file of ["LICENSE", "README.md"]) if (!files.includes(file)) problems.push(`lacks ${file}`);
  const { publishConfig, repository, engines, dependencies, peerDependencies } = manifest;
  if (publishConfig?.access !== "public" || publishConfig.provenance !== true) problems.push("cannot be attested");
  if (typeof repository?.directory !== "string") problems.push("does not say where it is from");
  if (!/^>=(22\.15|24)$/.test(engines?.node)) problems.push("does not say on which Node it runs");
  if (manifest.private !== undefined || manifest.devDependencies !== undefined)
    problems.push("says what is ours alone");
  for (const [name, range] of Object.entries({ ...dependencies, ...peerDependencies })) {
    if (!/^\^\d/.test(String(range))) problems.push(`depends on ${name} in the range "${String(range)}"`);
  }
  const schema = packed.tryReadFile(`${inside}dist/schema.json`);
  const isComponent = /\/(receiver|processor|exporter|connector|extension)-/.test(packed.packageName);
  if (isComponent !== (schema !== undefined)) problems.push("has a schema and is no component, or the other way round");
  if (schema !== undefined) compileSchema(JSON.parse(schema), problems);
  return problems;
}

function compileSchema(schema: object, problems: string[]): void {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
  ajv.addVocabulary(["markdownDescription", "deprecationMessage"]);
  try {
    ajv.compile(schema);
  } catch (error) {
    problems.push(`has a schema that is none: ${(error as Error).message}`);
  }
}
