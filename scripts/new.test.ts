import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writePackage } from "./new-package.ts";
import { root } from "./packages.ts";

const workspace = mkdtempSync(join(tmpdir(), "sluice-new-"));
const kinds = ["receiver", "processor", "exporter", "connector", "extension"];

beforeAll(() => {
  mkdirSync(join(workspace, "packages"));
  symlinkSync(join(root, "node_modules"), join(workspace, "node_modules"));
  for (const kind of kinds) writePackage(workspace, kind, "attribute_drop");
});
afterAll(() => rmSync(workspace, { recursive: true }));

test("the tests of made packages pass at once", () => {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--root", workspace, "--reporter=tap-flat"];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(status, stdout).toBe(0);
  for (const kind of kinds) expect(stdout).toMatch(new RegExp(`^ok .*every component: ${kind} attribute_drop`, "m"));
});

describe("refuses", () => {
  function check(kind: string, type: string, expected: string): void {
    test(`${kind} ${type}`, () => expect(() => writePackage(workspace, kind, type)).toThrow(expected));
  }
  check("thing", "x", 'unknown kind "thing", expected one of connector, exporter, extension, processor, receiver');
  check("processor", "attribute-drop", 'cannot use type "attribute-drop", expected lower-case letters');
  check("processor", "attribute__drop", 'cannot use type "attribute__drop"');
  check("processor", "../x", 'cannot use type "../x"');
  check("processor", "", 'cannot use type ""');
  check("processor", "attribute_drop", "packages/processor-attribute-drop is there already");
});

test("the command tells what it wants", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts/new.ts"), "processor"], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining("Usage: pnpm run new <kind> <type>")]);
});
