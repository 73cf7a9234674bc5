const UNITS: ReadonlyMap<string, string> = new Map([
  ["days", "d"],
  ["hours", "h"],
  ["minutes", "min"],
  ["seconds", "s"],
  ["milliseconds", "ms"],
  ["microseconds", "us"],
  ["nanoseconds", "ns"],
  ["bytes", "By"],
  ["kibibytes", "KiBy"],
  ["mebibytes", "MiBy"],
  ["gibibytes", "GiBy"],
  ["tibibytes", "TiBy"],
  ["kilobytes", "KBy"],
  ["megabytes", "MBy"],
  ["gigabytes", "GBy"],
  ["terabytes", "TBy"],
  ["meters", "m"],
  ["volts", "V"],
  ["amperes", "A"],
  ["joules", "J"],
  ["watts", "W"],
  ["grams", "g"],
  ["celsius", "Cel"],
  ["hertz", "Hz"],
  ["ratio", "1"],
  ["percent", "%"],
]);
const PER: ReadonlyMap<string, string> = new Map([
  ["second", "s"],
  ["minute", "m"],
  ["hour", "h"],
  ["day", "d"],
  ["week", "w"],
  ["month", "mo"],
  ["year", "y"],
]);

/** The UCUM unit of a unit word of the page ("seconds" is "s", "bytes_per_second" is "By/s"); words nobody knows stay as they are. */
export function ucumOf(word: string): string {
  const per = word.indexOf("_per_");
  if (per < 0) return UNITS.get(word) ?? word;
  const main = word.slice(0, per);
  const divisor = word.slice(per + "_per_".length);
  return `${UNITS.get(main) ?? main}/${PER.get(divisor) ?? divisor}`;
}

/** The name without `_total` (of a counter) and without its unit's words at the end: `trim_metric_suffixes`. */
export function trimSuffixes(name: string, unitWord: string, monotonic: boolean): string {
  let trimmed = monotonic ? cut(name, "_total") : name;
  if (unitWord !== "") trimmed = cut(trimmed, `_${unitWord}`);
  return trimmed;
}
function cut(name: string, suffix: string): string {
  return name.endsWith(suffix) && name.length > suffix.length ? name.slice(0, -suffix.length) : name;
}
