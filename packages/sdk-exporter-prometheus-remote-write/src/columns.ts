import type { HrTime } from "@opentelemetry/api";
import type { ExponentialPoint, MetricsPart, Times } from "@sluice/data";

/** The numbers of one part, row after row. */
export class Columns {
  readonly ids: number[] = [];
  readonly slots: number[] = [];
  private readonly time: TimeColumn;
  private readonly start: TimeColumn;
  private ragged: Map<number, ExponentialPoint> | undefined;

  /** `nowMs` stands for end times that are none. */
  constructor(nowMs: number) {
    this.time = new TimeColumn(nowMs);
    this.start = new TimeColumn(0);
  }

  /** Begins a row; its slots follow. */
  row(id: number, { startTime, endTime }: { readonly startTime: HrTime; readonly endTime: HrTime }): void {
    this.ids.push(id);
    this.time.push(endTime);
    this.start.push(startTime);
  }

  /** What the row begun last has instead of slots. */
  exponential(point: ExponentialPoint): void {
    this.ragged ??= new Map();
    this.ragged.set(this.ids.length - 1, point);
  }

  /** All but the layout; there must be a row. */
  finish(): Pick<MetricsPart, "slots" | "time" | "start" | "ragged"> {
    const { slots, time, start, ragged } = this;
    return { slots: Float64Array.from(slots), time: time.finish(), start: start.finish(), ragged };
  }
}

/** Times by row, turned into one when all are the same. */
class TimeColumn {
  private readonly ms: number[] = [];
  private readonly ns: number[] = [];
  private readonly otherwise: number;
  private isOne = true;

  constructor(otherwise: number) {
    this.otherwise = Math.floor(otherwise);
  }

  push(time: HrTime | undefined): void {
    const [seconds, nanos] = time ?? [];
    const isTime = seconds! >= 0 && nanos! >= 0 && seconds! <= 9e9 && nanos! < 1e9;
    const ms = isTime ? Math.floor(seconds!) * 1000 + Math.floor(nanos! / 1e6) : this.otherwise;
    const ns = isTime ? Math.floor(nanos!) % 1e6 : 0;
    this.ms.push(ms);
    this.ns.push(ns);
    if (ms !== this.ms[0] || ns !== this.ns[0]) this.isOne = false;
  }

  finish(): Times {
    const [ms, ns] = [this.ms[0]!, this.ns[0]!];
    if (this.isOne) return { ms, ns, msOf: undefined, nsOf: undefined };
    return { ms, ns, msOf: Float64Array.from(this.ms), nsOf: Int32Array.from(this.ns) };
  }
}
