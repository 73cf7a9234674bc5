import type { AnyDefinition, JsonSchema } from "@sluice/component";
import { withOldKeys } from "../../config/old-forms.ts";
import { shareDefinitions } from "./share.ts";
import { editorValue } from "./value.ts";

/**
 * The JSON Schema (draft 2020-12) of one component's section, as people write it: what it refuses, a collector refuses too. Goes
 * into the component's package.
 */
export function componentSchema({ kind, type, config }: AnyDefinition): JsonSchema {
  const document = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:sluice:${kind}:${type}`,
    title: `Configuration of the ${kind} ${type}`,
    ...editorValue(withOldKeys(config.json), { optional: true, inList: false }),
  };
  return shareDefinitions(document, {});
}
