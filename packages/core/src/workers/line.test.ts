import { expect, test } from "vitest";
import { type Calls, openLine } from "./line.ts";
import { createPorts } from "./threads.testing.ts";

interface Theirs extends Calls {
  double(amount: number): Promise<number>;
  note(text: string): void;
  never(argument: undefined): Promise<void>;
}
function open() {
  const [here, there] = createPorts();
  const noted: string[] = [];
  const ours: Calls = {
    async double(amount: number) {
      if (amount < 0) throw new Error("cannot double", { cause: new Error("below zero") });
      return amount * 2;
    },
    note: (text: string) => void noted.push(text),
    never: () => new Promise(() => {}),
  };
  openLine(there, ours);
  return { line: openLine<Theirs>(here, {}), noted };
}

test("questions are answered, each its own", async () => {
  const { line, noted } = open();
  line.tell("note", "first");
  expect(await Promise.all([line.ask("double", 2), line.ask("double", 3)])).toEqual([4, 6]);
  expect(noted).toEqual(["first"]);
});

test("a refusal says why, with all causes", async () => {
  await expect(open().line.ask("double", -1)).rejects.toThrow("cannot double: below zero");
});

test("a line that is cut answers nothing more", async () => {
  const { line } = open();
  const waiting = expect(line.ask("never", undefined)).rejects.toThrow("gone");
  line.cut(new Error("gone"));
  line.cut(new Error("later"));
  await waiting;
  await expect(line.ask("double", 1)).rejects.toThrow("gone");
  line.tell("note", "unheard");
});
