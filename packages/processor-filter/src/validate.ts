import type { Problem } from "@sluice/component";
import type { Signal } from "@sluice/data";
import { addBlocks } from "./block-rules.ts";
import { addConditions, groupKey } from "./condition-rules.ts";
import type { Config } from "./config.ts";
import { noRules, type Rules, type Tell } from "./rules.ts";

const signals: readonly Signal[] = ["metrics", "traces", "logs"];

/** What is wrong with a configuration. */
export function validate(config: Config): Problem[] {
  const problems: Problem[] = [];
  for (const signal of signals) {
    readRules(config, signal, (path, message, severity = "error") => problems.push({ path, message, severity }));
  }
  return problems;
}

/** All reasons to drop something of a signal; tells what is wrong, and leaves that out. */
export function readRules(config: Config, signal: Signal, tell: Tell = () => {}): Rules {
  refuseMixture(config, signal, tell);
  const rules = noRules();
  addBlocks(config, signal, rules, tell);
  addConditions(config, signal, rules, tell);
  return rules;
}

/** Upstream has one way of writing a signal's rules win over the others, or refuses; here only one may be used. */
function refuseMixture({ metrics, spans, traces, logs, ...config }: Config, signal: Signal, tell: Tell): void {
  const key = groupKey(signal);
  const [section, sections] = {
    metrics: ["metrics", { metrics }],
    traces: ["spans", { spans, traces }],
    logs: ["logs", { logs }],
  }[signal] as [string, Readonly<Record<string, Readonly<Record<string, unknown>>>>];
  const used = Object.entries(sections).flatMap(([name, keys]) =>
    Object.entries(keys).flatMap(([each, value]) =>
      isUsed(value) && each !== "regexp" ? [[name, each] as const] : [],
    ),
  );
  const block = used.find(([, each]) => each === "include" || each === "exclude");
  const list = used.find(([, each]) => each !== "include" && each !== "exclude");
  if (block !== undefined && list !== undefined) {
    tell([...block], `cannot stand beside ${list.join("::")}; expected blocks or conditions, not both`);
  }
  const [first] = used;
  if (config[key].length > 0 && first !== undefined) {
    tell([key], `cannot stand beside ${first.join("::")}; expected one of both ways to filter ${section}`);
  }
}

function isUsed(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
