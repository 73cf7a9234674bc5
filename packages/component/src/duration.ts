/**
 * Durations and sizes as Go and Prometheus write them. Durations are milliseconds with fractions down to the nanosecond.
 * A parser gives `undefined` for what the Go parser refuses, a range beyond int64 nanoseconds included.
 */

/** Each Go unit in nanoseconds. Both micro signs are accepted. */
const goUnits: ReadonlyMap<string, number> = new Map([
  ["ns", 1],
  ["us", 1e3],
  ["\u00b5s", 1e3],
  ["\u03bcs", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
  ["m", 60e9],
  ["h", 3600e9],
]);
const maxInt64 = 2 ** 63;
/** As many as Go reads; later digits cannot change a nanosecond. */
const maxFractionDigits = 19;

/** Parses Go's notation (`time.ParseDuration`): "1h30m", "-1.5s", "0"; a number without a unit is refused. */
export function parseGoDuration(text: string): number | undefined {
  const negative = text.startsWith("-");
  const unsigned = negative || text.startsWith("+") ? text.slice(1) : text;
  if (unsigned === "0") return 0;
  const terms = splitTerms(unsigned, goUnits);
  if (terms === undefined) return undefined;
  // Whole milliseconds and the nanoseconds beyond are added apart: their sum in nanoseconds would not fit 53 bits.
  let milliseconds = 0;
  let nanoseconds = 0;
  for (const { whole, fraction, factor } of terms) {
    if (factor >= 1e6) milliseconds += Number(whole) * (factor / 1e6);
    else {
      const parts = 1e6 / factor;
      milliseconds += Math.floor(Number(whole) / parts);
      nanoseconds += (Number(whole) % parts) * factor;
    }
    const digits = fraction.slice(0, maxFractionDigits);
    nanoseconds += Math.floor(Number(digits) * (factor / 10 ** digits.length));
  }
  milliseconds += Math.floor(nanoseconds / 1e6);
  if (milliseconds >= maxInt64 / 1e6) return undefined;
  const value = milliseconds + (nanoseconds % 1e6) / 1e6;
  return negative ? 0 - value : value;
}

/** Writes milliseconds as Go does (`Duration.String`): "1h30m0s", "1.5s", "250ms", "0s"; rounded to the nanosecond. */
export function formatGoDuration(ms: number): string {
  const absolute = Math.abs(ms);
  const sign = ms < 0 ? "-" : "";
  let whole = Math.floor(absolute);
  let nanoseconds = Math.round((absolute - whole) * 1e6);
  if (nanoseconds === 1e6) {
    whole += 1;
    nanoseconds = 0;
  }
  if (whole === 0) {
    if (nanoseconds === 0) return "0s";
    if (nanoseconds < 1000) return `${sign}${nanoseconds}ns`;
    return `${sign}${decimal(Math.floor(nanoseconds / 1000), nanoseconds % 1000, 3)}\u00b5s`;
  }
  if (whole < 1000) return `${sign}${decimal(whole, nanoseconds, 6)}ms`;
  const seconds = Math.floor(whole / 1000);
  const rest = decimal(seconds % 60, (whole % 1000) * 1e6 + nanoseconds, 9);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${sign}${hours > 0 ? `${hours}h` : ""}${seconds >= 60 ? `${minutes}m` : ""}${rest}s`;
}

function decimal(whole: number, fraction: number, digits: number): string {
  const tail = String(fraction).padStart(digits, "0").replace(/0+$/, "");
  return tail === "" ? String(whole) : `${whole}.${tail}`;
}

/** Largest first, in the only order Prometheus accepts. `exact`: written only when nothing smaller remains. */
const prometheusUnits = [
  { unit: "y", ms: 365 * 86_400_000, exact: true },
  { unit: "w", ms: 7 * 86_400_000, exact: true },
  { unit: "d", ms: 86_400_000, exact: false },
  { unit: "h", ms: 3_600_000, exact: false },
  { unit: "m", ms: 60_000, exact: false },
  { unit: "s", ms: 1000, exact: false },
  { unit: "ms", ms: 1, exact: false },
];
const prometheusPattern = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Parses Prometheus' notation: "1d12h", "30s", and "0"; units y w d h m s ms in that order, whole numbers. */
export function parsePrometheusDuration(text: string): number | undefined {
  if (text === "0") return 0;
  const match = text === "" ? null : prometheusPattern.exec(text);
  if (match === null) return undefined;
  let total = 0;
  for (const [index, { ms }] of prometheusUnits.entries()) total += Number(match[index + 1] ?? 0) * ms;
  return total < maxInt64 / 1e6 ? total : undefined;
}

/** Writes milliseconds as Prometheus does: "90d", "1h30m", "0s"; fractions of a millisecond are cut off. */
export function formatPrometheusDuration(ms: number): string {
  let rest = Math.trunc(ms);
  let text = "";
  for (const { unit, ms: size, exact } of prometheusUnits) {
    if (rest < size || (exact && rest % size !== 0)) continue;
    text += `${Math.floor(rest / size)}${unit}`;
    rest %= size;
  }
  return text === "" ? "0s" : text;
}

const powers = ["", "K", "M", "G", "T", "P", "E"];
const iecUnits = new Map(powers.map((prefix, power) => [prefix === "" ? "B" : `${prefix}iB`, 1024 ** power]));
const shortUnits = new Map(powers.map((prefix, power) => [`${prefix}B`, 1024 ** power]));

/** Parses Prometheus' byte sizes, base 2 in both spellings: "10MB" and "10MiB" are 10 * 2^20, "0" is 0; a unit is required. */
export function parsePrometheusSize(text: string): number | undefined {
  const unsigned = text.startsWith("+") ? text.slice(1) : text;
  if (unsigned === "0") return 0;
  const terms = splitTerms(unsigned, iecUnits) ?? splitTerms(unsigned, shortUnits);
  if (terms === undefined) return undefined;
  let total = 0;
  for (const { whole, fraction, factor } of terms) total += Math.floor(Number(`${whole}.${fraction}`) * factor);
  return total < maxInt64 ? total : undefined;
}

interface Term {
  readonly whole: string;
  readonly fraction: string;
  readonly factor: number;
}

/** Splits "1h30.5m" into its numbers and units; undefined when anything else stands between. */
function splitTerms(text: string, units: ReadonlyMap<string, number>): readonly Term[] | undefined {
  const terms: Term[] = [];
  const pattern = /(\d*)(?:\.(\d*))?([^\d.]+)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const [, whole = "", fraction = "", unit = ""] = match;
    const factor = units.get(unit);
    if (factor === undefined || whole + fraction === "") return undefined;
    terms.push({ whole, fraction, factor });
  }
  return terms.length === 0 ? undefined : terms;
}
