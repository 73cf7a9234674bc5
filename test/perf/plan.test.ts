import { expect, test } from "vitest";
import { cases } from "./cases.ts";
import { type Narrowing, plan } from "./plan.ts";
import { searchMost } from "./ramp.ts";
import { secondsOf } from "./run-case.ts";

function names(choice: Partial<Narrowing>): string[] {
  return plan(cases, { full: false, ...choice }).map((one) => `${one.case.name}${one.alone ? " alone" : ""}`);
}

test("all cases with --full", () => expect(names({ full: true })).toEqual(cases.map(({ name }) => name)));
test("a case by its name", () => expect(names({ names: ["million"] })).toEqual(["million"]));
test("what a case is compared with is run before it, without peers", () =>
  expect(names({ names: ["labels"] })).toEqual(["stable alone", "labels"]));
test("unless it was chosen", () => expect(names({ names: ["labels", "stable"] })).toEqual(["stable", "labels"]));
test("a wrong name", () => expect(() => names({ names: ["stabel"] })).toThrow('cannot run case "stabel"'));
test("the window is what was asked for", () =>
  expect(plan(cases, { full: true, names: ["million"], seconds: 5 })[0]?.course).toMatchObject({
    warmUp: 5,
    window: 5,
  }));
test("long runs only with --full, and not with a window of one's own", () => {
  const longs = (choice: Narrowing) => plan(cases, choice).flatMap(({ long }) => long ?? []);
  expect(longs({ full: true })).not.toEqual([]);
  expect([longs({ full: false }), longs({ full: true, seconds: 5 })]).toEqual([[], []]);
});
test("three rounds of the short bench fit into ten minutes", () => {
  const total = plan(cases, { full: false }).reduce(
    (sum, one) => sum + 3 * (one.case.peers.length + 1) * secondsOf(one.case, one.course),
    0,
  );
  expect(total).toBeLessThan(600);
});

async function checkMost(limit: number, expected: number, tries: number): Promise<void> {
  const tried: number[] = [];
  const most = await searchMost(100, 800, 2, (count) => {
    tried.push(count);
    return Promise.resolve(count <= limit);
  });
  expect([most, tried.length]).toEqual([expected, tries]);
}

test("the most is refined between what held and what did not", () => checkMost(300, 283, 5));
test("the most when nothing holds", () => checkMost(50, 0, 1));
test("the most when everything holds", () => checkMost(5000, 800, 4));
