#!/usr/bin/env node
// An older Node cannot even read the other files.
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 24) {
  process.stderr.write(`sluice-builder needs Node 24 or later, found ${process.versions.node}\n`);
  process.exitCode = 1;
} else {
  const { answer } = await import("./answer.ts");
  process.exitCode = await answer(process.argv.slice(2));
}

export {};
