import { type Decoded, type Problem, t } from "@sluice/component";
import { actionsSchema, matchSchema, validateActions, validateMatch } from "@sluice/lib-attributes";

export const config = t.object("Changes the attributes of data points, spans and log records.", {
  actions: actionsSchema,
  include: t.optional(matchSchema("Only what matches is changed.")),
  exclude: t.optional(matchSchema("What matches is not changed; asked of what `include` takes.")),
});
export type Config = Decoded<typeof config>;

export function validate({ actions, include, exclude }: Config): Problem[] {
  return [
    ...validateActions(actions, ["actions"]),
    ...(include === undefined ? [] : validateMatch(include, ["include"])),
    ...(exclude === undefined ? [] : validateMatch(exclude, ["exclude"])),
  ];
}
