import { hideUrls } from "./hide-urls.ts";
import { type Budget, maxDepth, maxExpansions, referenceCost, spendNode, spendText } from "./limits.ts";
import { type Located, type LocatedEntry, type LocatedScalar, nullAt, type Path, type Place } from "./located.ts";
import { nestKeys } from "./nest.ts";
import { formatPosition } from "./origin.ts";
import { quote, type Report } from "./problems.ts";
import { parseReference, type Retrieve } from "./providers.ts";
import { type Part, parseTemplate, type Reference } from "./template.ts";
import { parseYaml } from "./yaml.ts";

/** What an expansion works with. */
export interface Expansion {
  readonly retrieve: Retrieve;
  readonly budget: Budget;
  readonly report: Report;
  /** Names of the texts read so far, in order. */
  readonly sources: Set<string>;
}
/** The references whose values are being expanded, innermost first. */
interface Chain {
  readonly uri: string;
  /** As messages name it. */
  readonly shown: string;
  readonly outer: Chain | undefined;
}
/** The scalar that is being expanded. */
interface Frame {
  readonly place: Place;
  readonly path: Path;
  readonly chain: Chain | undefined;
  /** References that may still be resolved for this scalar. */
  readonly fuel: { left: number };
  /** What its references were taken from, in order. */
  readonly from: string[];
  /** Nothing is told: the same references are looked at a second time, for their text. */
  readonly quiet: boolean;
}
type Resolved =
  | { readonly kind: "literal"; readonly text: string }
  | {
      readonly kind: "text";
      readonly text: string;
      readonly source: string;
      readonly inline?: true;
      readonly isDefault?: true;
      /** The reference as messages show it. */
      readonly written: string;
      readonly chain: Chain;
    }
  | { readonly kind: "unset" }
  | { readonly kind: "failed" };

/**
 * Replaces every `${...}` in the values (never the keys) of a tree and turns `$$` into `$`. A scalar that is exactly one
 * reference takes the referenced value with its YAML type and keeps the original text; a map or list taken so keeps its own
 * places. A reference inside a longer scalar is replaced with the original text. Problems are reported; what could not be
 * expanded is marked broken.
 */
export async function expandTree(x: Expansion, node: Located, path: Path, chain?: Chain): Promise<Located> {
  spendNode(x.budget, node.place, path);
  if (path.length > maxDepth) {
    const message = `found too many levels inside each other, expected at most ${maxDepth}`;
    x.report({ severity: "error", place: node.place, path, message });
    return broken(node.place);
  }
  if (node.kind === "scalar") {
    if (typeof node.value !== "string" || !node.value.includes("$")) return node;
    const frame = { place: node.place, path, chain, fuel: { left: maxExpansions }, from: [], quiet: false };
    return expandScalar(x, node.value, frame);
  }
  if (node.kind === "list") {
    const items: Located[] = [];
    for (const [index, item] of node.items.entries()) items.push(await expandTree(x, item, [...path, index], chain));
    return { ...node, items };
  }
  const entries = new Map<string, LocatedEntry>();
  for (const [key, { place, value }] of node.entries) {
    entries.set(key, { place, value: await expandTree(x, value, [...path, key], chain) });
  }
  return { ...node, entries };
}

async function expandScalar(x: Expansion, text: string, frame: Frame): Promise<Located> {
  if (/^\$[A-Za-z_]\w*$/.test(text)) {
    const name = text.slice(1);
    const message = `found "${text}", which is taken as it stands; write "\${env:${name}}" for the environment variable or "$${text}" for this text`;
    x.report({ severity: "warning", place: frame.place, path: frame.path, message });
    return string(frame.place, text);
  }
  const parts = parseTemplate(text);
  const expanded = await expandParts(x, parts, frame);
  if (parts.every((part) => typeof part === "string")) return expanded;
  return { ...expanded, reference: hideUrls(text), from: frame.from };
}

async function expandParts(x: Expansion, parts: readonly Part[], frame: Frame): Promise<Located> {
  const [only] = parts;
  if (parts.length === 1 && typeof only === "object") return expandReference(x, only, frame);
  const text = await render(x, parts, frame);
  return text === undefined ? broken(frame.place) : string(frame.place, text);
}

/** The value of a scalar that is exactly one reference. */
async function expandReference(x: Expansion, reference: Reference, frame: Frame): Promise<Located> {
  const resolved = await resolve(x, reference, frame);
  if (resolved.kind === "failed") return broken(frame.place);
  if (resolved.kind === "unset") return nullAt(frame.place);
  if (resolved.kind === "literal") return string(frame.place, resolved.text);
  const { text, source, chain } = resolved;
  // As YAML it would be nothing.
  if (resolved.isDefault && text === "") return string(frame.place, "");
  const origin = resolved.inline ? { at: frame.place } : { via: { reference: resolved.written, place: frame.place } };
  const { node, problems } = parseYaml(text, source, x.budget, origin);
  const [problem] = problems;
  const inner = { ...frame, chain };
  if (problem !== undefined || (node.kind === "scalar" && typeof node.value === "string")) {
    // Neither quotes nor folding are YAML's then: the text is taken to the letter.
    const value = await expandParts(x, parseTemplate(text), inner);
    if (problem === undefined) return value;
    const { message, place } = problem;
    return { ...value, invalidYaml: `${formatPosition(place.inside ?? place)}: ${message}` };
  }
  const tree = await expandTree(x, nestValue(x, node, frame), frame.path, chain);
  // A comment may hold what looks like a bad reference: the value is good, only its text is not.
  const original = await render(x, parseTemplate(text), { ...inner, quiet: true });
  return { ...tree, text: original, ...(tree.kind === "scalar" && { place: frame.place }) };
}

/** Inside a list keys stay as they are, as in upstream. */
function nestValue(x: Expansion, node: Located, { path }: Frame): Located {
  if (path.some((step) => typeof step === "number")) return node;
  return nestKeys(node, x.budget, (place, message) => x.report({ severity: "error", place, path, message }));
}

/** The text of a scalar with references in it; undefined when one of them failed. */
async function render(x: Expansion, parts: readonly Part[], frame: Frame): Promise<string | undefined> {
  let text = "";
  let failed = false;
  for (const part of parts) {
    const piece = typeof part === "string" ? part : await renderReference(x, part, frame);
    if (piece === undefined) failed = true;
    else text += piece;
    if (typeof part !== "string") spendText(x.budget, text.length, frame.place, frame.path);
  }
  return failed ? undefined : text;
}

async function renderReference(x: Expansion, reference: Reference, frame: Frame): Promise<string | undefined> {
  const resolved = await resolve(x, reference, frame);
  if (resolved.kind === "failed") return undefined;
  if (resolved.kind === "unset") return "";
  if (resolved.kind === "literal") return resolved.text;
  return render(x, parseTemplate(resolved.text), { ...frame, chain: resolved.chain });
}

async function resolve(x: Expansion, reference: Reference, frame: Frame): Promise<Resolved> {
  spendNode(x.budget, frame.place, frame.path, referenceCost);
  frame.fuel.left -= 1;
  if (frame.fuel.left < 0) {
    // Told once: whatever else the scalar holds fails for the same reason.
    return frame.fuel.left < -1
      ? { kind: "failed" }
      : fail(x, frame, `found more than ${maxExpansions} references inside each other`);
  }
  const inside = await render(x, reference.parts, frame);
  if (inside === undefined) return { kind: "failed" };
  const shown = showReference(inside, reference);
  const written = quote(shown);
  // `${1}` is a group of a regular expression; no environment variable can have such a name.
  if (/^[0-9]+$/.test(inside)) return { kind: "literal", text: `\${${inside}}` };
  if (inside.includes("$")) return fail(x, frame, `cannot expand ${written}: found "$" inside the reference`);
  const { scheme, opaque } = parseReference(inside);
  const uri = `${scheme}:${opaque}`;
  const name = scheme === "env" ? `env:${opaque.split(":-", 1)[0]}` : shown.slice(2, -1);
  const loop = findLoop(frame.chain, uri, name);
  if (loop !== undefined) return fail(x, frame, `cannot expand ${written}: it refers to itself (${loop})`);
  const retrieved = await x.retrieve({ scheme, opaque });
  if (retrieved.kind === "error") return fail(x, frame, `cannot expand ${written}: ${retrieved.message}`);
  if (retrieved.kind === "unset") {
    if (!frame.quiet) frame.from.push(`${name} (unset)`);
    tell(x, frame, "warning", `${retrieved.message}; nothing is taken for it`);
    return { kind: "unset" };
  }
  if (retrieved.info !== undefined) tell(x, frame, "info", retrieved.info);
  if (!frame.quiet) frame.from.push(retrieved.isDefault ? `${name} (default)` : name);
  x.sources.add(retrieved.source);
  return { ...retrieved, written: shown, chain: { uri, shown: name, outer: frame.chain } };
}

/** A reference as messages show it: without credentials, and without text that the value of another reference may stand in. */
function showReference(inside: string, { parts }: Reference): string {
  const isWritten = parts.every((part) => typeof part === "string");
  const safe = isWritten ? inside : inside.replace(/^(yaml:|\w*:?[^:]*:-).*$/s, "$1...");
  return hideUrls(`\${${safe}}`);
}

function findLoop(chain: Chain | undefined, uri: string, name: string): string | undefined {
  const seen = [name];
  for (let link = chain; link !== undefined; link = link.outer) {
    seen.unshift(link.shown);
    if (link.uri === uri) return seen.join(" -> ");
  }
  return undefined;
}

function fail(x: Expansion, frame: Frame, message: string): Resolved {
  tell(x, frame, "error", message);
  return { kind: "failed" };
}

function tell(
  x: Expansion,
  { quiet, place, path }: Frame,
  severity: "error" | "warning" | "info",
  message: string,
): void {
  if (!quiet) x.report({ severity, place, path, message });
}

function string(place: Place, text: string): LocatedScalar {
  return { kind: "scalar", place, text, value: text };
}

function broken(place: Place): LocatedScalar {
  return { ...nullAt(place), broken: true };
}
