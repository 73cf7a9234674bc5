import type { AnyDefinition } from "@sluice/component";
import { article, type Section, sectionNames, sections } from "./catalog.ts";
import { findCircles, type Node } from "./circles.ts";
import type { Components } from "./components.ts";
import { parseId } from "./ids.ts";
import type { Mark } from "./marks.ts";
import type { Spot } from "./pick.ts";
import type { Report } from "./problems.ts";
import type { Loaded } from "./read-bodies.ts";
import { didYouMean } from "./suggest.ts";

type At = Pick<Spot, "place" | "path">;

/** What references to extensions are checked by. */
export interface ExtensionCheck {
  readonly components: ReadonlyMap<Section, Components>;
  readonly definitions: ReadonlyMap<Section, ReadonlyMap<string, AnyDefinition>>;
  readonly loaded: Loaded;
  /** `service::extensions`. */
  readonly listed: ReadonlySet<string>;
  /** Whether that could be read whole; if not, what is missing there was told. */
  readonly complete: boolean;
  readonly report: Report;
}

/** Reports extensions that a component in use names although they do not run or cannot do what is wanted, and those that need each other. */
export function checkExtensions(check: ExtensionCheck): void {
  for (const section of sectionNames) {
    for (const { marks, used } of check.loaded.get(section)!.values()) {
      for (const mark of used ? marks : []) if (mark.kind === "extension") checkReference(check, mark);
    }
  }
  checkDependencies(check);
}

function checkReference(check: ExtensionCheck, { value, detail: capability, place, path }: Mark): void {
  const parsed = parseId(value);
  const message =
    "problem" in parsed ? parsed.problem : (describeMissing(check, value) ?? describeUnfit(check, value, capability));
  if (message) check.report({ severity: "error", place, path, message });
}

function describeUnfit({ definitions }: ExtensionCheck, id: string, capability: string): string | undefined {
  const definition = definitions.get("extensions")!.get(id);
  const provides = definition?.kind === "extension" ? definition.provides : undefined;
  if (capability === "" || provides === undefined || provides.some((offered) => offered === capability))
    return undefined;
  return `the extension "${id}" cannot be used here: it does not offer ${capability}`;
}

/** What keeps a reference from an extension that runs; "" when that was told elsewhere, undefined when nothing does. */
function describeMissing({ components, listed, complete }: ExtensionCheck, id: string): string | undefined {
  const { known, failed, readable } = components.get("extensions")!;
  if (listed.has(id)) return undefined;
  if (failed.has(id) || !readable) return "";
  if (known.has(id) && !complete) return "";
  if (known.has(id)) return `the extension "${id}" is not listed in service::extensions`;
  const other = sectionNames.find((section) => components.get(section)!.known.has(id));
  if (other !== undefined) return `"${id}" is ${article(sections[other])}, expected an extension`;
  return `the extension "${id}" is not configured${didYouMean(id, known.keys()) || "; expected it below extensions"}`;
}

function checkDependencies(check: ExtensionCheck): void {
  const { report } = check;
  const nodes = new Map<string, Node<At>>([...check.listed].map((id) => [id, { name: id, ways: [] }]));
  for (const [id, node] of nodes) {
    const loaded = check.loaded.get("extensions")!.get(id);
    if (loaded?.definition.kind !== "extension") continue;
    for (const needed of loaded.definition.dependencies?.(loaded.config) ?? []) {
      const mark = loaded.marks.find(({ kind, value }) => kind === "extension" && value === needed);
      const { place, path } = mark ?? check.components.get("extensions")!.known.get(id)!.body;
      const to = nodes.get(needed);
      const missing = to === undefined && mark === undefined ? describeMissing(check, needed) : undefined;
      if (to !== undefined) node.ways.push({ to, by: { place, path } });
      if (missing) report({ severity: "error", place, path, message: `this extension needs another: ${missing}` });
    }
  }
  for (const { by, chain } of findCircles(nodes.values())) {
    const message = `extensions need each other in a circle: ${chain}`;
    report({ severity: "error", place: by.place, path: by.path, message });
  }
}
