import { type Decoded, type Problem, t } from "@sluice/component";
import { actionSchema, validateActions } from "@sluice/lib-attributes";

export const config = t.object("Changes the attributes of resources.", {
  attributes: t.array(actionSchema, { description: "What is done with the attributes, one after another." }),
});
export type Config = Decoded<typeof config>;

export function validate({ attributes }: Config): Problem[] {
  return validateActions(attributes, ["attributes"]);
}
