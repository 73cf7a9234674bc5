import { ConfigError } from "@sluice/component";
import { expect, test } from "vitest";
import { createFeatureGates } from "./feature-gates.ts";
import { knownGates } from "./known-gates.ts";

const merge = "confmap.enableMergeAppendOption";
const noPipelines = "service.AllowNoPipelines";

test("stages decide what is on", () => {
  const gates = createFeatureGates();
  const check = (id: string, stage: string, enabled: boolean) =>
    expect(gates.list().find((gate) => gate.id === id)).toMatchObject({ stage, enabled });
  check(merge, "alpha", false);
  check("service.partialReloadReceivers", "beta", true);
  check("receiver.prometheusreceiver.EnableNativeHistograms", "stable", true);
  const ids = gates.list().map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].toSorted());
});

test("flags turn gates on and off, the last one counts", () => {
  const gates = createFeatureGates();
  const check = (flag: string, expected: readonly boolean[], notices: readonly string[] = []) => {
    expect([flag, gates.applyFlag(flag)]).toEqual([flag, notices]);
    expect([flag, [merge, noPipelines].map((id) => gates.isEnabled(id))]).toEqual([flag, expected]);
  };
  check("", [false, false]);
  check(merge, [true, false]);
  check(`-${merge}, +${noPipelines}`, [false, true]);
  check(`${merge},-${merge},${merge},-${noPipelines}`, [true, false]);
  expect(createFeatureGates().isEnabled(merge)).toBe(false);
});

test("what is worth telling is told", () => {
  const check = (flag: string, expected: string) => expect(createFeatureGates().applyFlag(flag)).toEqual([expected]);
  const stable = "receiver.prometheusreceiver.EnableNativeHistograms";
  check(stable, `the feature gate "${stable}" is stable: it is on without being set`);
  const idle = "telemetry.newPipelineTelemetry";
  check(idle, `the feature gate "${idle}" has no effect: The collector's own metrics are the same either way.`);
  const gone = "confmap.unifyEnvVarExpansion";
  const why = "A bare $NAME is text; an environment variable is written in braces.";
  check(gone, `the feature gate "${gone}" no longer exists and has no effect: ${why}`);
  check(`-${gone}`, `the feature gate "${gone}" no longer exists and has no effect: ${why}`);
});

test("a flag with a mistake changes nothing", () => {
  const gates = createFeatureGates();
  const check = (flag: string, expected: string | RegExp) => {
    expect(() => gates.applyFlag(flag)).toThrow(expected);
    expect(() => gates.applyFlag(flag)).toThrow(ConfigError);
    expect([flag, gates.isEnabled(merge)]).toEqual([flag, false]);
  };
  const present = knownGates.filter(({ gone }) => !gone).map(({ id }) => id);
  check(`${merge},what`, `unknown feature gate "what"; there are ${present.join(", ")}`);
  check(`${merge},service.AlowNoPipelines`, `did you mean "${noPipelines}"? There are`);
  check(`${merge},`, "found an empty feature gate, expected ids between commas");
  check(`${merge},-`, "found an empty feature gate, expected ids between commas");
  check(`${merge},--${noPipelines}`, 'unknown feature gate "-service.AllowNoPipelines"');
  const stable = "receiver.prometheusreceiver.EnableNativeHistograms";
  check(`${merge},-${stable}`, `the feature gate "${stable}" is stable and cannot be turned off`);
  check(`a b,,${merge}`, /^unknown feature gate "a b".*\nfound an empty feature gate/);
});

test("to ask for an unknown gate is a mistake of the program", () => {
  expect(() => createFeatureGates().isEnabled("what")).toThrow('BUG: no feature gate "what"');
});
