import { isNull, type Located } from "./located.ts";
import { quote } from "./problems.ts";
import { jsonType } from "./schema.ts";

/** What a value is, for a message. What a reference gave is not shown: it may be a secret in the wrong place. */
export function describeNode(node: Located): string {
  const origin = node.reference === undefined ? "" : ` from ${quote(node.reference)}`;
  const reason = node.invalidYaml === undefined ? "" : ` (not YAML: ${node.invalidYaml})`;
  if (isNull(node)) return `nothing${origin}`;
  if (node.kind !== "scalar") return `a ${node.kind}${origin}`;
  if (origin !== "")
    return `${typeof node.value === "string" ? "text" : `a ${jsonType(node.value)}`}${origin}${reason}`;
  return typeof node.value === "string" ? quote(node.value) : (node.text ?? String(node.value));
}
