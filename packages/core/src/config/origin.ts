import type { Located, Place, Position } from "./located.ts";

/** Where a value came from. Credentials in URLs are hidden; values of environment variables are not shown. */
export interface Origin extends Position {
  /** The position inside the value of an environment variable or inline YAML that the reference at this place brought. */
  readonly inside?: Position;
  /** The scalar as written, when it holds references: "${env:HOST}:80". */
  readonly reference?: string;
  /** What those were taken from, in their order: "env:HOST", "env:PORT (default)", "env:X (unset)", "file:a.yaml". */
  readonly from?: readonly string[];
  /** The reference that brought in the text in which the value stands. */
  readonly via?: { readonly reference: string; readonly origin: Origin };
}

/** Tells where a value of a merged and expanded tree came from: of several configurations that set it, the last one. */
export function originOf({ place, reference, from }: Pick<Located, "place" | "reference" | "from">): Origin {
  return {
    ...originOfPlace(place),
    ...(reference !== undefined && { reference }),
    ...(from !== undefined && from.length > 0 && { from }),
  };
}

function originOfPlace({ source, line, column, inside, via }: Place): Origin {
  return {
    source,
    line,
    column,
    ...(inside !== undefined && { inside }),
    ...(via !== undefined && { via: { reference: via.reference, origin: originOfPlace(via.place) } }),
  };
}

/** An origin on one line: `recv.yaml:2:5 (env:HOST), from c.yaml:1:12`. */
export function formatOrigin(origin: Origin): string {
  const { inside, from, via } = origin;
  const details = [...(inside === undefined ? [] : [formatPosition(inside)]), ...(from ?? [])];
  const detail = details.length === 0 ? "" : ` (${details.join(", ")})`;
  return `${formatPosition(origin)}${detail}${via === undefined ? "" : `, from ${formatOrigin(via.origin)}`}`;
}

/** `config.yaml:12:5`, or only the source when it is meant as a whole. */
export function formatPosition({ source, line, column }: Position): string {
  return line === 0 ? source : `${source}:${line}:${column}`;
}
