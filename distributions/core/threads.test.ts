import { join } from "node:path";
import { startProcess } from "@sluice/testkit";
import { expect, test } from "vitest";

test("a thread that dies ends the process with an error, once the others have drained", async () => {
  const program = join(import.meta.dirname, "dying.testing.ts");
  const dying = await startProcess({ command: process.execPath, args: [program] });
  expect(await dying.exited).toBe(1);
  expect(dying.stderr).toMatch(/stopping after a fatal error\t.*"worker 1 died: thrown in thread 1"/);
  expect(dying.stderr).toMatch(/shutdown complete.*worker 1 died/s);
  expect(dying.stdout).toBe("drained 0 of 2\n");
});
