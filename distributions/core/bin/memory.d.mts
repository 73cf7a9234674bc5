/** Gives a file's text; undefined when it cannot be read. */
export type Read = (file: string) => string | undefined;
export type Variables = Readonly<Record<string, string>>;

export function memoryLimit(read: Read, machineBytes: number): { readonly bytes: number; readonly from: string };
export function heapWithin(limitBytes: number): number;
export function memorySettings(
  env: Variables,
  read: Read,
  machineBytes: number,
): { readonly flags: readonly string[]; readonly variables: Variables };
