import { expect, test } from "vitest";
import { ESCAPINGS, escapeName } from "./escape-name.ts";

const check = (name: string, ...expected: string[]) =>
  expect(ESCAPINGS.map((escaping) => escapeName(name, escaping, "metric"))).toEqual(expected);

test("names under each scheme, as prometheus/common has them", () => {
  check("", "", "", "", "");
  check(
    "no:escaping_required",
    "no:escaping_required",
    "no:escaping_required",
    "no:escaping__required",
    "no:escaping_required",
  );
  check(
    "mysystem.prod.west.cpu.load",
    "mysystem.prod.west.cpu.load",
    "mysystem_prod_west_cpu_load",
    "mysystem_dot_prod_dot_west_dot_cpu_dot_load",
    "U__mysystem_2e_prod_2e_west_2e_cpu_2e_load",
  );
  check("http.status_code", "http.status_code", "http_status_code", "http_dot_status__code", "U__http_2e_status__code");
  check("label with 😱", "label with 😱", "label_with__", "label__with____", "U__label_20_with_20__1f631_");
  check("0a", "0a", "_a", "__a", "U___30_a");
  check("花火", "花火", "__", "____", "U___82b1__706b_");
});

test("a colon is no part of a label's name", () => {
  expect(escapeName("a:b", "underscores", "label")).toBe("a_b");
  expect(escapeName("a:b", "values", "label")).toBe("U__a_3a_b");
  expect(escapeName("a_b", "values", "label")).toBe("a_b");
});

test("half a pair of surrogates has a value of its own", () => {
  expect(escapeName("a\ud800", "values", "metric")).toBe("U__a_FFFD_");
});
