import { type Decoded, type Problem, t } from "@sluice/component";
import { httpServerProperties, validateHttpServer } from "@sluice/lib-http";

export const config = t.object("Takes metrics by Prometheus remote write 1.0 and 2.0, at `/api/v1/write`.", {
  ...httpServerProperties({ endpoint: "localhost:9090" }),
  read_timeout: t.duration({ description: "Time to read a whole request; 0s is no limit.", default: "1m" }),
  include_metadata: t.boolean({
    description: "Keeps the headers of requests for later components, such as an exporter's `include_metadata_keys`.",
    default: false,
  }),
  compression_algorithms: t.array(t.string({ description: "Content-Encoding." }), {
    description: "No effect: requests are compressed with snappy, as the protocol says.",
    default: ["snappy"],
  }),
});
export type Config = Decoded<typeof config>;

/** Checks what the schema cannot say. */
export function validate(given: Config): readonly Problem[] {
  // What other servers do not support.
  return validateHttpServer({ ...given, include_metadata: false, compression_algorithms: [] });
}
