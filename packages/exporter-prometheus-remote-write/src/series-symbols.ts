/**
 * What remote write 2.0 needs of a catalog's series: each one's labels and metadata as numbers of symbols, worked out once. A
 * request has its own, smaller table of symbols; which number a symbol has there is looked up in `refs`.
 */
import type { Metric } from "@sluice/data";
import { unitWords } from "@sluice/lib-prometheus";
import { Bytes, headerBytes } from "./label-bytes.ts";
import { metadataTypeOf } from "./metadata.ts";
import { isScraped } from "./series-labels.ts";
import type { SeriesTable } from "./series-table.ts";
import { SymbolPool } from "./symbol-pool.ts";

/** Numbers of a record before those of labels: type and whether it has a start time, help, unit, number of the others. */
export const recordHead = 4;
/** Set in a record's first number when its samples have start times. */
export const startBit = 8;

const work = new Bytes(4096);

export class SeriesSymbols {
  readonly pool: SymbolPool;
  /** By symbol: its number in request `request`; 0 = not there yet (as "" is always, which is 0). */
  refs = new Int32Array(64);
  /** The request that `refs` are of. */
  request = 0;
  /** Where each series' record begins; 0 = it has none yet. */
  recordAt = new Int32Array(64);
  /** Records back to back: the head, then the numbers of names and values. */
  records = new Int32Array(1024);
  private used = 1;

  /** `seed` as for a `SymbolPool`. */
  constructor(seed: number) {
    this.pool = new SymbolPool(seed);
  }

  /** Bytes of memory, spare room included. */
  get bytes(): number {
    return this.pool.size + (this.refs.length + this.recordAt.length + this.records.length) * 4;
  }

  /** Forgets the numbers of another request. */
  begin(request: number): void {
    this.refs.fill(0);
    this.request = request;
  }

  /** Makes the record of a series, whose label bytes are best at hand; gives where it begins. */
  learn(table: SeriesTable, s: number): number {
    const known = this.recordAt[s] ?? 0;
    if (known > 0) return known;
    work.at = 0;
    table.appendHead(s, work);
    const metric = table.catalog.metric(table.idOf[s]!);
    const from = this.used;
    this.push(metadataTypeOf(metric) + (hasStart(metric) ? startBit : 0));
    this.push(this.pool.internText(metric.help));
    this.push(this.pool.internText(unitWords(metric.unit, table.naming.strategy)));
    this.push(0);
    this.pushLabels();
    this.records[from + 3] = this.used - from - recordHead;
    if (s >= this.recordAt.length) this.recordAt = grownTo(this.recordAt, Math.max(s + 1, table.series));
    this.recordAt[s] = from;
    if (this.pool.count > this.refs.length) this.refs = grownTo(this.refs, this.pool.count);
    return from;
  }

  /** Labels stand as `0x0a, length, 0x0a, length, name, 0x12, length, value`. */
  private pushLabels(): void {
    const { bytes } = work;
    let at = headerBytes(bytes);
    while (at < work.at) {
      at += headerBytes(bytes.subarray(at));
      for (let k = 0; k < 2; k++) {
        const from = at + 1;
        let length = 0;
        let shift = 0;
        for (at = from; bytes[at]! >= 128; shift += 7) length |= (bytes[at++]! & 127) << shift;
        length |= bytes[at++]! << shift;
        at += length;
        this.push(this.pool.intern(bytes, from, at, this.pool.hash(bytes, from, at)));
      }
    }
  }

  private push(value: number): void {
    if (this.used === this.records.length) {
      this.records = grownTo(this.records, this.used + (this.used >> 2));
    }
    this.records[this.used++] = value;
  }
}

/** Whether something is counted up from a start; what Prometheus gave a start has one, whatever its type. */
function hasStart(metric: Metric): boolean {
  const { kind, monotonic } = metric;
  return isScraped(metric) || (kind === "sum" ? monotonic : kind !== "gauge");
}

function grownTo(column: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(size, column.length + (column.length >> 2)));
  larger.set(column);
  return larger;
}
