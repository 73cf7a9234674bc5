/** Writes remote-write 1.0 requests, for the tests of the sink. */

/** One series as a test wants to send it. */
export interface TestSeries {
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** A value of "stale" is the staleness marker. */
  readonly samples: readonly (readonly [value: number | "stale", timestamp: number])[];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

function field(tag: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.from([tag, ...varint(bytes.length)]), bytes]);
}

function sampleBytes(value: number | "stale", timestamp: number): Buffer {
  const double = Buffer.alloc(8);
  if (value === "stale") double.writeBigUInt64LE(0x7ff0000000000002n);
  else double.writeDoubleLE(value);
  return Buffer.concat([Uint8Array.of(0x09), double, Uint8Array.from([0x10, ...varint(timestamp)])]);
}

function seriesBytes(series: TestSeries): Buffer {
  const labels = series.labels.map(([name, value]) =>
    field(0x0a, Buffer.concat([field(0x0a, Buffer.from(name)), field(0x12, Buffer.from(value))])),
  );
  const samples = series.samples.map(([value, timestamp]) => field(0x12, sampleBytes(value, timestamp)));
  return Buffer.concat([...labels, ...samples]);
}

/** A request that holds the series in their order. */
export function encodeWriteRequest(all: readonly TestSeries[]): Buffer {
  return Buffer.concat(all.map((series) => field(0x0a, seriesBytes(series))));
}
