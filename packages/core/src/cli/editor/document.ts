import type { AnyDefinition, BuildInfo, JsonSchema } from "@sluice/component";
import { createCatalog, type Section, sectionNames, sections } from "../../config/catalog.ts";
import { withOldKeys } from "../../config/old-forms.ts";
import { signals } from "../../config/service.ts";
import { serviceSettings } from "../../workers/settings.ts";
import { shareDefinitions } from "./share.ts";
import { editorValue, inAnyCase, longKeys, orReference, reference, requireKeys } from "./value.ts";

/** What an editor's schema describes. */
export interface Described {
  readonly build: BuildInfo;
  readonly definitions: readonly AnyDefinition[];
  /** Describes `service::telemetry`. */
  readonly telemetry: JsonSchema;
}

const optional = { optional: true, inList: false };
const name = "[^\\p{Z}\\p{C}\\p{S}]{1,1024}";

/**
 * The JSON Schema (draft 2020-12) of everything that a configuration of this distribution may hold: what it refuses, `validate`
 * refuses too. References between sections and rules across keys are beyond it.
 */
export function editorDocument({ build, definitions, telemetry }: Described): JsonSchema {
  const catalog = createCatalog(definitions);
  const bodies: Record<string, JsonSchema> = { pipeline };
  const properties: Record<string, JsonSchema> = {};
  for (const section of sectionNames) {
    const types = catalog.get(section)! as ReadonlyMap<string, AnyDefinition>;
    properties[section] = sectionSchema(section, types, bodies);
  }
  properties.service = serviceSchema(telemetry);
  const document = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:${build.command}:configuration:${build.version}`,
    title: `Configuration of ${build.command} ${build.version}`,
    description: `${build.description}. Text with a reference, \${env:NAME}, is taken for any value.`,
    type: "object",
    properties,
    patternProperties: longKeys,
    additionalProperties: false,
    ...requireKeys(["receivers", "exporters", "service"], { inList: false, isSection: false }),
  };
  return shareDefinitions(document, bodies);
}

/** A section of components, by id. Puts the schema of each component's body into `bodies`. */
function sectionSchema(
  section: Section,
  types: ReadonlyMap<string, AnyDefinition>,
  bodies: Record<string, JsonSchema>,
): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const patternProperties: Record<string, unknown> = { ...longKeys };
  const add = (type: string, body: JsonSchema): void => {
    properties[type] = body;
    // With a name, or with blanks around it.
    patternProperties[`^(?!${type}$)(?!.*::)\\s*${type}\\s*(?:/\\s*${name}\\s*)?$`] = body;
  };
  for (const [type, definition] of types) {
    const key = `${sections[section]}_${definition.type}`;
    bodies[key] ??= bodySchema(definition.config.json);
    if (type === definition.type) add(type, { $ref: `#/$defs/${key}` });
    else if (section === "exporters" && type === "logging") add(type, loggingSchema(definition.config.json));
    else add(type, { $ref: `#/$defs/${key}`, ...deprecated(`Old name of "${definition.type}".`) });
  }
  const hasBallast = section !== "extensions" || types.has("memory_ballast");
  if (!hasBallast) add("memory_ballast", deprecated("Has no effect: there is no ballast."));
  const isNeeded = section === "receivers" || section === "exporters";
  return {
    ...(isNeeded ? orReference("object") : orReference("object", "null")),
    description: `The ${section} by id: a type, or a type, "/" and a name.`,
    properties,
    patternProperties,
    additionalProperties: false,
    ...(isNeeded && { minProperties: 1 }),
  };
}

function bodySchema(schema: JsonSchema): JsonSchema {
  return editorValue(withOldKeys(schema), optional);
}

/** `debug` under its name of old, with the key it had instead of `verbosity`. */
function loggingSchema(debug: JsonSchema): JsonSchema {
  const levels = ["debug", "info", "warn", "error", "dpanic", "panic", "fatal"];
  const pattern = `^(?:${inAnyCase([...levels, "basic", "normal", "detailed"])})$|${reference}`;
  const loglevel = { type: ["string", "null"], pattern, ...deprecated("Old form of `verbosity`.") };
  const body = bodySchema(debug);
  const properties = { ...(body.properties as object), loglevel };
  return { ...body, properties, ...deprecated('The exporter "logging" was replaced by "debug".') };
}

function serviceSchema(telemetry: JsonSchema): JsonSchema {
  const toPipeline = { $ref: "#/$defs/pipeline" };
  return {
    ...orReference("object"),
    description: "What runs.",
    properties: {
      extensions: {
        ...idList("Extensions that run, by id; the first starts first."),
        type: ["array", "string", "null"],
      },
      pipelines: {
        ...orReference("object"),
        description: 'The ways of data, by signal, or signal, "/" and a name.',
        properties: Object.fromEntries(signals.map((signal) => [signal, toPipeline])),
        patternProperties: {
          ...longKeys,
          [`^(?!(?:${signals.join("|")})$)(?!.*::)\\s*(?:${signals.join("|")})\\s*(?:/\\s*${name}\\s*)?$`]: toPipeline,
        },
        additionalProperties: false,
        minProperties: 1,
      },
      telemetry: bodySchema(telemetry),
      ...(bodySchema(serviceSettings.json).properties as object),
    },
    patternProperties: longKeys,
    additionalProperties: false,
    ...requireKeys(["pipelines"], { inList: false, isSection: false }),
  };
}

function idList(description: string): JsonSchema {
  const id = `^\\s*[a-zA-Z][0-9a-zA-Z_]{0,62}\\s*(?:/\\s*${name}\\s*)?$`;
  return {
    ...orReference("array"),
    items: { type: "string", pattern: `${id}|${reference}` },
    uniqueItems: true,
    description,
  };
}

const pipeline: JsonSchema = {
  ...orReference("object"),
  description: "Receivers, processors and exporters, by id.",
  properties: {
    receivers: { ...idList("Where its data comes from, by id: receivers, or connectors."), minItems: 1 },
    processors: { ...idList("What changes its data, by id, in this order."), type: ["array", "string", "null"] },
    exporters: { ...idList("Where its data goes, by id: exporters, or connectors."), minItems: 1 },
  },
  patternProperties: longKeys,
  additionalProperties: false,
  ...requireKeys(["receivers", "exporters"], { inList: false, isSection: false }),
};

function deprecated(advice: string): JsonSchema {
  return { description: advice, deprecated: true, deprecationMessage: advice };
}
