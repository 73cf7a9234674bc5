/** The pages of a table in the ways in which clients read them. */
import { type Escaping, isUtf8, type Strategy } from "@sluice/lib-prometheus";
import type { Agreed, Format } from "./accept.ts";
import { type Arrangement, arrange } from "./groups.ts";
import { prepareLabels, writeProtobuf } from "./protobuf-page.ts";
import type { Prepared, Series, Table } from "./table.ts";
import { prepareLines, writeText } from "./text-page.ts";

/** One way of writing names and lines, and what is remembered of it. */
interface Dialect {
  readonly format: Exclude<Format, "openmetrics-0.0.1">;
  readonly escaping: Escaping;
  structure: number;
  arrangement: Arrangement;
}

/** Ways remembered at once. Clients may ask for many; whoever asks for a third waits while its lines are made anew. */
const maxDialects = 2;

/** Renders a table; what is remembered of identities stands at the series. */
export class Pages {
  private readonly table: Table;
  private readonly strategy: Strategy;
  /** Called with the families that a page has no place for, whenever they may have changed. */
  private readonly hides: (families: readonly string[]) => void;
  private readonly dialects: (Dialect | undefined)[] = [];
  private next = 0;

  constructor(table: Table, strategy: Strategy, hides: (families: readonly string[]) => void) {
    this.table = table;
    this.strategy = strategy;
    this.hides = hides;
  }

  /** The page at this moment. */
  render({ format, escaping }: Agreed, timestamps: boolean): Uint8Array {
    const number = this.numberOf(format === "openmetrics-0.0.1" ? "openmetrics" : format, escaping);
    const dialect = this.dialects[number]!;
    if (dialect.structure !== this.table.structure) this.arrange(dialect);
    const { groups } = dialect.arrangement;
    if (dialect.format === "protobuf") {
      const labels = (series: Series) => this.prepared(series, number, dialect).bytes!;
      return writeProtobuf(groups, { timestamps, labels });
    }
    const style = { format: dialect.format, escaping: dialect.escaping };
    return writeText(groups, {
      style,
      timestamps,
      prefixes: (series) => this.prepared(series, number, dialect).texts,
    });
  }

  private prepared(series: Series, number: number, { format, escaping }: Dialect): Prepared {
    const known = series.prepared[number];
    if (known !== undefined && (known.shape === series.shape || format === "protobuf")) return known;
    const made = format === "protobuf" ? prepareLabels(series, escaping) : prepareLines(series, { format, escaping });
    this.table.prepare(series, number, made);
    return made;
  }

  private arrange(dialect: Dialect): void {
    dialect.arrangement = arrange(this.table, dialect.escaping, dialect.format === "openmetrics");
    dialect.structure = this.table.structure;
    if (dialect.arrangement.hidden.length > 0) this.hides(dialect.arrangement.hidden);
  }

  private numberOf(format: Dialect["format"], asked: Escaping): number {
    // Without UTF-8 names only `dots` changes anything.
    const escaping = isUtf8(this.strategy) || asked === "dots" ? asked : "allow-utf-8";
    const known = this.dialects.findIndex((each) => each?.format === format && each.escaping === escaping);
    if (known >= 0) return known;
    const number = this.next;
    this.next = (number + 1) % maxDialects;
    if (this.dialects[number] !== undefined) this.forget(number);
    this.dialects[number] = { format, escaping, structure: -1, arrangement: { groups: [], hidden: [] } };
    return number;
  }

  private forget(number: number): void {
    for (const { series } of this.table.families.values()) {
      for (const each of series.values()) this.table.prepare(each, number, undefined);
    }
  }
}
