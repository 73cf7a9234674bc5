import type { ObjectSchema } from "@sluice/component";
import { createContext } from "@sluice/testkit";

/** What the engine hands to a component for this value. Rejects when the schema does not allow it. */
export async function decoded<T>(schema: ObjectSchema<T>, value: unknown): Promise<T> {
  return await createContext().decode(schema, JSON.stringify(value), "settings");
}
