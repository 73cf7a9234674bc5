const DYNAMIC = 2;
const INTERPRETER = 3;
const LOAD = 1;
const NEEDED = 1n;
const STRINGS = 5n;

/** What an executable or library asks of the loader: the names of libraries, and for an executable the loader's path. */
export function needsOf(file: Uint8Array): {
  readonly libraries: readonly string[];
  readonly loader: string | undefined;
} {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const number = (at: number): number => Number(view.getBigUint64(at, true));
  const segments = Array.from({ length: view.getUint16(56, true) }, (_, i) => {
    const at = number(32) + i * 56;
    return { kind: view.getUint32(at, true), offset: number(at + 8), address: number(at + 16), size: number(at + 32) };
  });
  const text = (at: number): string => Buffer.from(file.subarray(at, file.indexOf(0, at))).toString();
  const inFile = (address: number): number => {
    const of = segments.find((one) => one.kind === LOAD && address >= one.address && address < one.address + one.size);
    return address - of!.address + of!.offset;
  };
  const dynamic = segments.find(({ kind }) => kind === DYNAMIC)!;
  const pairs = Array.from({ length: dynamic.size / 16 }, (_, i) => {
    const at = dynamic.offset + i * 16;
    return [view.getBigUint64(at, true), number(at + 8)] as const;
  });
  const strings = inFile(pairs.find(([tag]) => tag === STRINGS)![1]);
  const interpreter = segments.find(({ kind }) => kind === INTERPRETER);
  return {
    libraries: pairs.filter(([tag]) => tag === NEEDED).map(([, at]) => text(strings + at)),
    loader: interpreter && text(interpreter.offset),
  };
}
