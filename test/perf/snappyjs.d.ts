declare module "snappyjs" {
  /** Compresses into one snappy block. */
  export function compress(input: Uint8Array): Uint8Array;
}
