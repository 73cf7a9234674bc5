/** Memory that requests under way may take together. */
export interface Admission {
  /** Bytes that are taken. */
  readonly used: number;
  /** Takes memory for a request; undefined when there is none left. */
  enter(bytes: number): Place | undefined;
}
/** What one request takes. */
export interface Place {
  /** Takes so much instead; false = there is not so much, and nothing changed. A lone request always gets what it asks for. */
  resize(bytes: number): boolean;
  /** Gives it back. */
  leave(): void;
}

/** Makes an admission of so many bytes; a request that is alone gets in whatever its size. */
export function createAdmission(maxBytes: number): Admission {
  const state = { used: 0 };
  return {
    get used() {
      return state.used;
    },
    enter(bytes) {
      const place = { bytes: 0 };
      const resize = (wanted: number): boolean => {
        const others = state.used - place.bytes;
        if (others > 0 && others + wanted > maxBytes) return false;
        state.used = others + wanted;
        place.bytes = wanted;
        return true;
      };
      if (!resize(bytes)) return undefined;
      return {
        resize,
        leave() {
          state.used -= place.bytes;
          place.bytes = 0;
        },
      };
    },
  };
}
