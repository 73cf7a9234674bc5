import { type Decoded, type Problem, t } from "@sluice/component";
import { actionsSchema, validateActions } from "@sluice/lib-attributes";

export const config = t.object("Changes the attributes of resources.", {
  attributes: actionsSchema,
});
export type Config = Decoded<typeof config>;

export function validate({ attributes }: Config): Problem[] {
  return validateActions(attributes, ["attributes"]);
}
