import { parseFloatText } from "./page-number.ts";

/** The shortest digits that give the same double back, and the place of the decimal point before them (0.digits * 10^point). */
function shortest(value: number): { readonly sign: string; readonly digits: string; readonly point: number } {
  const [mantissa, exponent] = Math.abs(value).toExponential().split("e") as [string, string];
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return { sign, digits: mantissa.replace(".", ""), point: Number(exponent) + 1 };
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return undefined;
  return value > 0 ? "+Inf" : "-Inf";
}

/** Go's `strconv.FormatFloat(value, 'f', -1, 64)`: shortest digits, never an exponent (`0.005`, `10`, `+Inf`). */
export function formatFloat(value: number): string {
  const text = special(value);
  if (text !== undefined) return text;
  const plain = `${value}`;
  if (!plain.includes("e") && value !== 0) return plain;
  const { sign, digits, point } = shortest(value);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${"0".repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Go's `strconv.FormatFloat(value, 'g', -1, 64)`: shortest digits, an exponent below 1e-04 and from 1e+06 on. */
export function formatFloatG(value: number): string {
  const text = special(value);
  if (text !== undefined) return text;
  const { sign, digits, point } = shortest(value);
  const exponent = point - 1;
  if (value === 0 || (exponent >= -4 && exponent < 6)) return formatFloat(value);
  const size = Math.abs(exponent).toString().padStart(2, "0");
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${sign}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${size}`;
}

/** A float as OpenMetrics writes it in `le` and `quantile`: like 'g', and `.0` behind whole numbers (`1.0`, `0.005`, `+Inf`). */
export function formatOpenMetricsFloat(value: number): string {
  if (value === 0) return "0.0";
  const text = formatFloatG(value);
  return /[.eIN]/.test(text) ? text : `${text}.0`;
}

/** The value of a histogram's `le` or a summary's `quantile` in OpenMetrics' form; text that is no float stays as it is. */
export function normalizeFloatText(text: string): string {
  const value = parseFloatText(text);
  return typeof value === "number" ? formatOpenMetricsFloat(value) : text;
}
