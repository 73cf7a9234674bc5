/** Waits for something to become empty. */
export interface Emptiness {
  /** Call it after each removal. */
  check(): void;
  /** Resolves when it is empty, which may be now. */
  wait(): Promise<void>;
}

/** Watches what `isEmpty` looks at. */
export function createEmptiness(isEmpty: () => boolean): Emptiness {
  const waiting: (() => void)[] = [];
  const check = (): void => {
    if (isEmpty()) for (const resolve of waiting.splice(0)) resolve();
  };
  return {
    check,
    wait: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        check();
      }),
  };
}
