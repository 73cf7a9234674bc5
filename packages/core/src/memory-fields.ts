import type { Fields, Process } from "@sluice/component";

const MIB = 2 ** 20;

/**
 * How much memory the process may use, for the log: the heap as the engine has it, and what the launcher found and told in
 * SLUICE_* variables, if a launcher started it.
 */
export function memoryFields({ env, heapLimit }: Process): Fields {
  const limit = env.SLUICE_MEMORY_LIMIT_MIB ?? "";
  return {
    heap_limit_mib: Math.floor(heapLimit / MIB),
    heap_limit_from: env.SLUICE_HEAP_LIMIT_FROM,
    memory_limit_mib: /^\d+$/.test(limit) ? Number(limit) : undefined,
    memory_limit_from: env.SLUICE_MEMORY_LIMIT_FROM,
  };
}
