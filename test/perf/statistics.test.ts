import { expect, test } from "vitest";
import { growth, median, slope } from "./statistics.ts";

test("the middle of three", () => expect(median([3, 1, 2])).toBe(2));
test("the upper middle of two", () => expect(median([5, 1])).toBe(5));
test("numbers are no texts", () => expect(median([10, 9, 1])).toBe(9));
test("of nothing", () => expect(() => median([])).toThrow("cannot take the median"));
test("a straight line", () => expect(slope([0, 1, 5].map((x) => [x, 3 * x + 7]))).toBeCloseTo(3));
test("a level line with noise", () => expect(slope([[0, 5], [1, 7], [2, 7], [3, 5]])).toBeCloseTo(0)); // biome-ignore format: points
test("one point has no slope", () => expect(slope([[4, 4]])).toBe(0));
test("what came before the later half is warm-up", () => expect(growth([1, 50, 90, 100, 100, 100, 100])).toBe(0));
test("growth is a share of the mean", () => expect(growth([0, 0, 0, 90, 100, 110])).toBeCloseTo(0.2));
test("shrinking is negative", () => expect(growth([9, 9, 9, 8, 7])).toBeLessThan(0));
test("one reading", () => expect(growth([7])).toBe(0));
