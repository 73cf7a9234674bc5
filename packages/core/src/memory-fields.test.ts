import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { memoryFields } from "./memory-fields.ts";

function check(env: Readonly<Record<string, string>>, expected: object): void {
  const simulation = createSimulation();
  Object.assign(simulation.process.env, env);
  expect(memoryFields(simulation.env.process)).toEqual({ heap_limit_mib: 953, ...expected });
}

test("limits of memory, as far as they are known", () => {
  check({}, {});
  check(
    {
      SLUICE_HEAP_LIMIT_FROM: "memory limit",
      SLUICE_MEMORY_LIMIT_MIB: "512",
      SLUICE_MEMORY_LIMIT_FROM: "/sys/fs/cgroup/memory.max",
    },
    { heap_limit_from: "memory limit", memory_limit_mib: 512, memory_limit_from: "/sys/fs/cgroup/memory.max" },
  );
  check({ SLUICE_MEMORY_LIMIT_MIB: "much" }, {});
});
