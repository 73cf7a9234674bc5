import { expect, test } from "vitest";
import { heapWithin, memoryLimit, memorySettings, type Read, type Variables } from "./memory.mjs";

const MIB = 2 ** 20;
const machine = 8192 * MIB;
const reading =
  (files: Variables): Read =>
  (file) =>
    files[file];

/** What is found in these files, in MiB. */
function check(files: Variables, mib: number, from: string): void {
  expect(memoryLimit(reading(files), machine)).toEqual({ bytes: mib * MIB, from });
}
const self = "/proc/self/cgroup";
const v2 = (path: string): string => `/sys/fs/cgroup${path}/memory.max`;
const v1 = (path: string): string => `/sys/fs/cgroup/memory${path}/memory.limit_in_bytes`;
const bytes = (mib: number): string => `${mib * MIB}\n`;

test("control groups of version 2: the smallest limit of the group and those above", () => {
  check({ [self]: "0::/\n", [v2("")]: bytes(512) }, 512, v2(""));
  check({ [self]: "0::/a/b\n", [v2("/a/b")]: bytes(512), [v2("/a")]: "max\n" }, 512, v2("/a/b"));
  check({ [self]: "0::/a/b\n", [v2("/a/b")]: bytes(512), [v2("/a")]: bytes(256) }, 256, v2("/a"));
  check({ [self]: "0::/a/b\n", [v2("/a/b")]: "max\n", [v2("")]: bytes(128) }, 128, v2(""));
  // A colon may stand in a path, and a path may lead out of the container's own tree.
  check({ [self]: "0::/a:b\n", [v2("/a:b")]: bytes(64) }, 64, v2("/a:b"));
  check({ [self]: "0::/../../x\n", [v2("/x")]: bytes(64) }, 64, v2("/x"));
});

test("control groups of version 1", () => {
  const membership = "12:cpu,cpuacct:/x\n4:memory:/a/b\n1:name=systemd:/a\n";
  check({ [self]: membership, [v1("/a/b")]: bytes(300), [v1("/a")]: "9223372036854771712\n" }, 300, v1("/a/b"));
  check({ [self]: membership, [v1("/a/b")]: bytes(300), [v1("")]: bytes(200) }, 200, v1(""));
  check({ [self]: "4:cpu,memory:/\n", [v1("")]: bytes(100) }, 100, v1(""));
  // Both versions side by side.
  check({ [self]: "4:memory:/a\n0::/a\n", [v1("/a")]: bytes(100), [v2("/a")]: bytes(90) }, 90, v2("/a"));
});

test("without a limit, or with one beyond it, what the machine has", () => {
  check({}, 8192, "machine");
  check({ [self]: "0::/a\n" }, 8192, "machine");
  check({ [self]: "0::/a\n", [v2("/a")]: "max\n" }, 8192, "machine");
  check({ [self]: "0::/a\n", [v2("/a")]: "" }, 8192, "machine");
  check({ [self]: "0::/a\n", [v2("/a")]: "-1\n" }, 8192, "machine");
  check({ [self]: "0::/a\n", [v2("/a")]: bytes(9000) }, 8192, "machine");
  check({ [self]: "4:memory:/a\n", [v1("/a")]: "9223372036854771712\n" }, 8192, "machine");
  check({ [self]: "rubbish\n::\n" }, 8192, "machine");
});

test("the heap leaves room for what is not on it", () => {
  const of = (mib: number): number => heapWithin(mib * MIB);
  expect([64, 96, 128, 129, 256, 512, 8192].map(of)).toEqual([32, 32, 64, 64, 128, 256, 4096]);
  expect(heapWithin(0)).toBe(32);
});

const settingsFor = (env: Variables) =>
  memorySettings(env, reading({ [self]: "0::/\n", [v2("")]: bytes(512) }), machine);

test("what the user set stays", () => {
  const found = { SLUICE_MEMORY_LIMIT_MIB: "512", SLUICE_MEMORY_LIMIT_FROM: v2("") };
  const derived = {
    flags: ["--max-old-space-size=256"],
    variables: { ...found, SLUICE_HEAP_LIMIT_FROM: "memory limit" },
  };
  for (const env of [{}, { NODE_OPTIONS: "--enable-source-maps" }, { SLUICE_HEAP_MIB: "" }] as Variables[]) {
    expect(settingsFor(env)).toEqual(derived);
  }
  for (const flag of ["--max-old-space-size=100", "--max_old_space_size=100", "--max-old-space-size-percentage=50"]) {
    const variables = { ...found, SLUICE_HEAP_LIMIT_FROM: "NODE_OPTIONS" };
    expect(settingsFor({ NODE_OPTIONS: `--no-warnings ${flag}` })).toEqual({ flags: [], variables });
  }
  expect(settingsFor({ SLUICE_HEAP_MIB: "300", NODE_OPTIONS: "--max-old-space-size=100" })).toEqual({
    flags: ["--max-old-space-size=300"],
    variables: { ...found, SLUICE_HEAP_LIMIT_FROM: "SLUICE_HEAP_MIB" },
  });
  for (const odd of ["0", "1.5", "-3", "512MiB", "99999999"]) {
    expect(() => settingsFor({ SLUICE_HEAP_MIB: odd })).toThrow(
      `SLUICE_HEAP_MIB: found "${odd}", expected a number of MiB`,
    );
  }
});
