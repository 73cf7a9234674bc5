import type { AttributeValue } from "@sluice/data";

/** A value as a configuration gives it, as attributes have it: whole numbers are ints, other numbers doubles. */
export function fromRaw(raw: unknown): AttributeValue {
  if (typeof raw === "string" || typeof raw === "boolean" || typeof raw === "bigint") return raw;
  if (typeof raw === "number") return Number.isInteger(raw) ? BigInt(raw) : raw;
  if (Array.isArray(raw)) return raw.map(fromRaw);
  if (typeof raw !== "object" || raw === null) return null;
  return { map: Object.entries(raw).map(([key, value]) => ({ key, value: fromRaw(value) })) };
}

/** Why a value of a configuration cannot be taken; undefined when it can. */
export function rawProblem(raw: unknown): string | undefined {
  if (typeof raw === "number" && Number.isInteger(raw) && !Number.isSafeInteger(raw)) {
    return `found a whole number beyond 2^53, which has lost digits; write it as text and add an action "convert" to int`;
  }
  if (typeof raw !== "object" || raw === null) return undefined;
  for (const value of Object.values(raw)) {
    const problem = rawProblem(value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
