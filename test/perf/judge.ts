/** Holds what was measured against the targets. */
import type { CaseResult, Row, Target } from "./cases.ts";
import type { CollectorName } from "./collectors.ts";
import { showFigure, titleOf } from "./figures.ts";

/** What became of a target. */
export interface Judgement {
  readonly wanted: string;
  readonly found: string;
  /** Undefined when it was not measured. */
  readonly met: boolean | undefined;
  /** By how much it was missed, as a factor above 1. */
  readonly by?: number;
}

/** Without the current vmagent Debian's stands for it, and is named. */
export const standIns: Partial<Record<CollectorName, CollectorName>> = { vmagent: "vmagent-debian" };

function rowOf(result: CaseResult | undefined, collector: CollectorName): Row | undefined {
  return result?.rows.find((row) => row.collector === collector);
}

interface Reference {
  readonly name: string;
  readonly value: number | undefined;
}

function referenceOf(target: Target, result: CaseResult, all: readonly CaseResult[]): Reference | undefined {
  const { against, figure } = target;
  if (against === undefined) return undefined;
  if ("case" in against) {
    const other = all.find((one) => one.case.name === against.case);
    return { name: `case ${against.case}`, value: rowOf(other, "sluice")?.figures[figure] };
  }
  const names = [against.peer, ...(standIns[against.peer] === undefined ? [] : [standIns[against.peer]!])];
  const found = names.map((name) => ({ name, value: rowOf(result, name)?.figures[figure] }));
  return found.find(({ value }) => value !== undefined) ?? found[0];
}

function limitText(target: Target, reference: Reference | undefined): string {
  const bound = target.most ?? target.least ?? 0;
  const how = target.most === undefined ? ">=" : "<=";
  const limit = reference === undefined ? showFigure(target.figure, bound) : `${bound.toFixed(2)} of ${reference.name}`;
  return `${titleOf(target.figure)} ${how} ${limit}${target.from === undefined ? "" : ` (${target.from})`}`;
}

/** What became of one target of a case; `all` has the cases it may be compared with. */
export function judge(target: Target, result: CaseResult, all: readonly CaseResult[]): Judgement {
  const reference = referenceOf(target, result, all);
  const wanted = limitText(target, reference);
  const own = rowOf(result, "sluice")?.figures[target.figure];
  if (own === undefined || (reference !== undefined && reference.value === undefined)) {
    return { wanted, found: "not measured", met: undefined };
  }
  const value = reference === undefined ? own : own / reference.value!;
  const found = reference === undefined ? showFigure(target.figure, own) : value.toFixed(3);
  const excess = target.most === undefined ? target.least! / value : value / target.most;
  return excess <= 1 ? { wanted, found, met: true } : { wanted, found, met: false, by: excess };
}

/** In words: met, missed by how much, or not measured. */
export function verdict({ met, by = 1 }: Judgement): string {
  if (met === undefined) return "not measured";
  return met ? "met" : `missed by ${by.toFixed(2)} x`;
}
