/** What the detailed texts of all signals have in common, in upstream's words. */
import type { Attributes, Resource, Scope } from "@sluice/data";
import { typed } from "./go-format.ts";

/** A text that grows by lines. */
export type Lines = string[];

/** The text of these lines, each ended. */
export function textOf(lines: Lines): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** Attributes under a header, one a line; nothing when there are none. `indent` stands before both. */
export function addAttributes(lines: Lines, header: string, attributes: Attributes, indent = ""): void {
  if (attributes.length === 0) return;
  lines.push(`${indent}${header}:`);
  // Under a header that is itself an item ("     -> Attributes:") the items stand deeper.
  const [before, ...more] = header.split("->");
  const prefix = `${indent}${more.length > 0 ? before : ""}     -> `;
  for (const { key, value } of attributes) lines.push(`${prefix}${key}: ${typed(value)}`);
}

/** The lines on a resource. */
export function addResource(lines: Lines, title: string, { schemaUrl, attributes }: Resource): void {
  lines.push(title, `Resource SchemaURL: ${schemaUrl}`);
  addAttributes(lines, "Resource attributes", attributes);
}

/** The lines on a scope; `kind` is "ScopeMetrics" and kin. */
export function addScope(lines: Lines, kind: string, number: number, scope: Scope): void {
  lines.push(`${kind} #${number}`, `${kind} SchemaURL: ${scope.schemaUrl}`);
  lines.push(`InstrumentationScope ${scope.name} ${scope.version}`);
  addAttributes(lines, "InstrumentationScope attributes", scope.attributes);
}
