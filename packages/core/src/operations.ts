import { type Clock, type Consume, type Operation, type OperationSample, operationBoundsMs } from "@sluice/component";
import { type Batch, itemCount } from "@sluice/data";
import { describeError } from "./telemetry/log-text.ts";
import type { Tracer } from "./telemetry/telemetry.ts";

/** Samples that are kept of each bucket of latency. */
const TAKEN_SAMPLES = 4;
/** Samples that are kept of the refused. */
const REFUSED_SAMPLES = 16;
/** Longest text of an error, in characters. */
const LONGEST_ERROR = 1024;

/** Records how batches fare at each instance. */
export interface Operations {
  /** Wraps an instance's way in or, of a receiver, out; `owner` is "exporter/<id>". Owners of one name are summed up. */
  observe(owner: string, consume: Consume): Consume;
  /** All that was recorded, by name; recording begins with the first call. */
  list(): readonly Operation[];
  /** Forgets all owners but these. */
  keep(owners: ReadonlySet<string>): void;
}

const noTracer: Tracer = { enabled: false, take() {} };

interface Record {
  readonly name: string;
  running: number;
  readonly taken: number[];
  refused: number;
  readonly takenSamples: readonly OperationSample[][];
  readonly refusedSamples: OperationSample[];
}

/** Records nothing until `list` is called or as long as `tracer` is enabled; `clock` measures from then on. */
export function createOperations(clock: Clock, tracer: Tracer = noTracer): Operations {
  const state = { recording: false };
  /** By owner and signal. */
  const records = new Map<string, Map<string, Record>>();

  function recordOf(owner: string, signal: string): Record {
    const all = records.get(owner) ?? new Map<string, Record>();
    records.set(owner, all);
    const found = all.get(signal) ?? newRecord(`${owner}/${signal}`);
    all.set(signal, found);
    return found;
  }

  async function measured(owner: string, batch: Batch, consume: Consume): Promise<void> {
    const record = recordOf(owner, batch.signal);
    const at = clock.now();
    const begun = clock.monotonic();
    const sample = (error: string | undefined): OperationSample => {
      const made = { at, durationMs: clock.monotonic() - begun, items: itemCount(batch), error };
      if (tracer.enabled) tracer.take(record.name, made);
      return made;
    };
    record.running++;
    try {
      await consume(batch);
      take(record, sample(undefined));
    } catch (error) {
      record.refused++;
      push(record.refusedSamples, sample(describeError(error).slice(0, LONGEST_ERROR)), REFUSED_SAMPLES);
      throw error;
    } finally {
      record.running--;
    }
  }

  return {
    observe: (owner, consume) => (batch) =>
      state.recording || tracer.enabled ? measured(owner, batch as Batch, consume) : consume(batch),
    list() {
      state.recording = true;
      const all = [...records.values()].flatMap((ofOwner) => [...ofOwner.values()]);
      return all.map(operationOf).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    keep(owners) {
      for (const owner of records.keys()) if (!owners.has(owner)) records.delete(owner);
    },
  };
}

function newRecord(name: string): Record {
  return {
    name,
    running: 0,
    taken: operationBoundsMs.map(() => 0),
    refused: 0,
    takenSamples: operationBoundsMs.map(() => []),
    refusedSamples: [],
  };
}

function take(record: Record, sample: OperationSample): void {
  const next = operationBoundsMs.findIndex((bound) => sample.durationMs < bound);
  const bucket = (next < 0 ? operationBoundsMs.length : Math.max(next, 1)) - 1;
  record.taken[bucket]! += 1;
  push(record.takenSamples[bucket]!, sample, TAKEN_SAMPLES);
}

function push(samples: OperationSample[], sample: OperationSample, most: number): void {
  if (samples.push(sample) > most) samples.shift();
}

function operationOf({ name, running, taken, refused, takenSamples, refusedSamples }: Record): Operation {
  const samples = [...takenSamples.flat(), ...refusedSamples].sort((a, b) => b.at - a.at);
  return { name, running, taken: [...taken], refused, samples };
}
