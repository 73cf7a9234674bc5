import { type Decoded, type Problem, t } from "@sluice/component";
import { httpServerProperties, validateHttpServer } from "@sluice/lib-http";

export const config = t.object("Answers over HTTP whether the collector is up.", {
  ...httpServerProperties({ endpoint: "localhost:13133" }),
  path: t.string({ description: "The path that is answered; / answers every path.", default: "/" }),
  response_body: t.optional(
    t.object("Fixed texts to answer instead of the JSON.", {
      healthy: t.string({ description: "Body of a good answer.", default: "" }),
      unhealthy: t.string({ description: "Body of a bad answer.", default: "" }),
    }),
  ),
  check_collector_pipeline: t.defaulted(
    t.object("Answers badly also while exporters fail.", {
      enabled: t.boolean({ description: "Look at exporters, too.", default: false }),
      interval: t.duration({ description: "How long a failure counts.", default: "5m" }),
      exporter_failure_threshold: t.integer({
        description: "Failures of all exporters within the interval that are still good.",
        default: 5,
        minimum: 1,
      }),
    }),
  ),
});
export type HealthCheckConfig = Decoded<typeof config>;

/** Checks what the schema cannot say. */
export function validate(config: HealthCheckConfig): readonly Problem[] {
  const problems = validateHttpServer(config);
  if (config.path.startsWith("/")) return problems;
  const message = `found ${JSON.stringify(config.path)}, expected a path that starts with /`;
  return [...problems, { path: ["path"], message }];
}
