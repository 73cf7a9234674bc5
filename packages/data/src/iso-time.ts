const DAY_MS = 86_400_000;

/** Milliseconds since 1970 (fractions are cut) as ISO 8601 in UTC: "2026-11-20T13:01:02.003Z". For the years 0 to 9999. */
export function isoTime(ms: number): string {
  const whole = Math.floor(ms);
  const days = Math.floor(whole / DAY_MS);
  const inDay = whole - days * DAY_MS;
  const pad = (value: number, width = 2): string => String(value).padStart(width, "0");
  const clock = [inDay / 3_600_000, (inDay / 60_000) % 60, (inDay / 1000) % 60].map((part) => pad(Math.floor(part)));
  const { year, month, day } = dateOf(days);
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${clock.join(":")}.${pad(inDay % 1000, 3)}Z`;
}

/**
 * The Gregorian date of a day since 1970. Years are counted from March, so that the leap day comes last, in eras of 400 years of
 * 146,097 days.
 */
function dateOf(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468; // days from 0000-03-01 to 1970-01-01
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}
