import type { Attributes, AttributeValue } from "@sluice/data";
import type { Search } from "@sluice/lib-prometheus";

/** Reads a value of an item; null is nil. */
export type Getter<T> = (item: T) => AttributeValue;

/** A field that a path can name. */
export interface Field<T> {
  readonly get: Getter<T>;
  /** Of a field that is attributes: what a first key is looked up in. */
  readonly attributes?: (item: T) => Attributes;
  /** Whether a path may go on with keys. */
  readonly indexable?: true;
}
/** Fields by the names of a path, joined by points. */
export type Fields<T> = Readonly<Record<string, Field<T>>>;

/** What a function is given: a value of the item (as a getter), a text known beforehand, or such a text that is a pattern. */
export type Parameter = "value" | "text" | "pattern";
/** An argument as `make` gets it. */
export type Argument<T> = Getter<T> | string | Search;
/** A function that gives a value. */
export interface FunctionSpec<T> {
  readonly parameters: readonly Parameter[];
  /** Makes the getter of one call, of arguments as `parameters` says. */
  make(...given: readonly Argument<T>[]): Getter<T>;
}
/** Functions by name. */
export type Functions<T> = Readonly<Record<string, FunctionSpec<T>>>;

/** The fields and functions of one kind of item. */
export interface Language<T> {
  /** Upstream's name of the context. */
  readonly context: string;
  readonly fields: Fields<T>;
  readonly functions: Functions<T>;
}

/** A field that is a plain value. */
export function plain<T>(get: Getter<T>): Field<T> {
  return { get };
}

/** A field that is attributes. */
export function attributesField<T>(read: (item: T) => Attributes): Field<T> {
  return { get: (item) => ({ map: read(item) }), attributes: read, indexable: true };
}

/** The fields of something that an item has to do with, each name behind `prefix`. */
export function fieldsOf<T, U>(prefix: string, fields: Fields<U>, of: (item: T) => U): Fields<T> {
  const moved = ([name, { get, attributes, indexable }]: [string, Field<U>]): [string, Field<T>] => [
    prefix + name,
    {
      get: (item) => get(of(item)),
      ...(attributes && { attributes: (item: T) => attributes(of(item)) }),
      ...(indexable && { indexable }),
    },
  ];
  return Object.fromEntries(Object.entries(fields).map(moved));
}

const SMALL = Array.from({ length: 64 }, (_, i) => BigInt(i));

/** A whole number as an int; small ones are made once. */
export function int(value: number): bigint {
  return SMALL[value] ?? BigInt(value);
}
