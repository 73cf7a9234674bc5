import { defineExporter, t } from "@sluice/component";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { componentSchema } from "./component.ts";

const config = t.object("Sends.", {
  endpoint: t.string({ description: "Where to." }),
  timeout: t.duration({ description: "How long.", default: "5s" }),
});
const definition = defineExporter({
  type: "sample",
  signals: ["metrics"],
  stability: "beta",
  config,
  create: () => ({ consume: async () => {} }),
});

test("describes a component's section as it is written", () => {
  const schema = componentSchema(definition);
  expect(schema).toMatchObject({ $id: "urn:sluice:exporter:sample", title: "Configuration of the exporter sample" });
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
  ajv.addVocabulary(["markdownDescription", "deprecationMessage"]);
  const validate = ajv.compile(schema);
  const check = (body: unknown, expected: boolean): void => expect([body, validate(body)]).toEqual([body, expected]);
  check({ endpoint: "a", timeout: "10s" }, true);
  check({ endpoint: "${env:WHERE}" }, true);
  check({ endpoint: "a", timeout: 10 }, false);
  check({ endpoint: "a", timeuot: "10s" }, false);
});
