import { expect } from "vitest";

/** One exporter and signal: what came in and where it is now, in items. */
export interface Account {
  readonly exporter: string;
  readonly signal: string;
  readonly accepted: number;
  readonly delivered: number;
  readonly rejected: number;
  readonly dropped: number;
  readonly queued: number;
}
type Column = Exclude<keyof Account, "exporter" | "signal">;

const LINE = /^sluice_exporter_(accepted|delivered|rejected|dropped|queued)_items(?:_total)?\{(.*)\} (\S+)/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

/** Reads the exporters' accounts from the collector's own metrics page. */
function accountsOf(page: string): Account[] {
  const accounts = new Map<string, Record<Column, number> & { exporter: string; signal: string }>();
  for (const line of page.split("\n")) {
    const [, column, labelText = "", value = ""] = LINE.exec(line) ?? [];
    if (column === undefined) continue;
    const labels = new Map([...labelText.matchAll(LABEL)].map(([, key, text]) => [key, text]));
    const exporter = labels.get("exporter") ?? "";
    const signal = labels.get("otel_signal") ?? "";
    const key = JSON.stringify([exporter, signal]);
    const account = accounts.get(key) ?? {
      exporter,
      signal,
      accepted: 0,
      delivered: 0,
      rejected: 0,
      dropped: 0,
      queued: 0,
    };
    account[column as Column] += Number(value);
    accounts.set(key, account);
  }
  return [...accounts.values()];
}

/**
 * Checks for every exporter and signal of a metrics page that accepted = delivered + rejected + dropped + queued, as exact
 * integers; a page without any account fails too. Gives the accounts for further checks.
 */
export function expectAccounting(page: string): Account[] {
  const accounts = accountsOf(page);
  expect(accounts, "the metrics page has no sluice_exporter_accepted_items").not.toEqual([]);
  for (const account of accounts) {
    const { exporter, signal, accepted, delivered, rejected, dropped, queued } = account;
    const numbers = { accepted, delivered, rejected, dropped, queued };
    const what = `accounts of ${exporter} for ${signal}: ${JSON.stringify(numbers)}`;
    expect(Object.values(numbers).every(Number.isSafeInteger), `${what} are integers`).toBe(true);
    expect(accepted, `${what}: accepted = delivered + rejected + dropped + queued`).toBe(
      delivered + rejected + dropped + queued,
    );
  }
  return accounts;
}
