import type { Context } from "@sluice/component";
import type { LabelSet } from "@sluice/lib-prometheus";

/** `global.external_labels` with `$NAME` and `${NAME}` replaced from the environment; `$$` is a dollar. What is not set is empty, with a warning. */
export function expandEnvironment(
  labels: Readonly<Record<string, string | null>>,
  { env, log }: Pick<Context, "env" | "log">,
): LabelSet {
  return new Map(
    Object.entries(labels).map(([label, template]) => {
      const value = (template ?? "").replace(/\$(?:\$|\{([^}]*)\}|(\w+))/g, (match, braced?: string, bare?: string) => {
        if (match === "$$") return "$";
        const name = braced ?? bare ?? "";
        const found = env.process.env[name];
        if (found === undefined)
          log.warn("environment variable of an external label is not set", { label, variable: name });
        return found ?? "";
      });
      return [label, value] as const;
    }),
  );
}
