import { expect, test } from "vitest";
import { matchesAny } from "./patterns.ts";

function check(pattern: string, name: string, expected = true) {
  expect(matchesAny([pattern], name), `${pattern} ${name}`).toBe(expected);
}

test("stars stand for anything, question marks for one", () => {
  check("service.name", "service.name");
  check("service.name", "service_name", false);
  check("service", "service.name", false);
  check("service*", "service");
  check("service.*", "service.name");
  check("*.name", "service.name");
  check("*.name", "service.names", false);
  check("s*e*e", "service.name");
  check("te?m", "team");
  check("te?m", "tem", false);
  check("", "", true);
  check("", "a", false);
  check("**", "a");
  check("?", "", false);
});
test("a hostile pattern takes no long time", () => {
  check(`${"*a".repeat(500)}b`, "a".repeat(2000), false);
});
