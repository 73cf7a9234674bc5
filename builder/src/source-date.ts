/** As npm dates the files of every package: some tools refuse what is older, or 0. */
const FIXED = 499_162_500;

/**
 * The time that is written into what is made, in seconds since 1970: SOURCE_DATE_EPOCH where that is set, as other tools of
 * reproducible builds read it, else always the same in 1985. Throws when it is no number.
 */
export function sourceDate(variable = process.env.SOURCE_DATE_EPOCH): number {
  if (variable === undefined || variable === "") return FIXED;
  if (!/^\d{1,11}$/.test(variable))
    throw new Error(`SOURCE_DATE_EPOCH: found "${variable}", expected seconds since 1970`);
  return Number(variable);
}
