/** A program that runs in threads of a test: it does what it is told. */
import { getHeapStatistics } from "node:v8";
import { createThreads } from "./threads.ts";

const { parent } = createThreads(import.meta.filename);
parent?.listen((message) => {
  if (message === "throw") throw new Error("thrown on demand");
  if (message === "exit") process.exit(3);
  if (message === "close") return parent.close();
  if (message === "heap") return parent.post(getHeapStatistics().heap_size_limit);
  if (message === "fill") for (const all: object[] = []; ; ) all.push(Array.from({ length: 1000 }, () => all));
  parent.post(message);
});
