/** Arithmetic of the bench and the soak. */

/** The middle value; of an even number the upper of both. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("cannot take the median of nothing");
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}

/** Slope of the straight line that fits points best, y for x; 0 for fewer than two different x. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (index: 0 | 1) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

/** How much readings at even times grew over their later half, as a share of their mean there. */
export function growth(readings: readonly number[]): number {
  const half = readings.slice(Math.floor(readings.length / 2));
  if (half.length < 2) return 0;
  const mean = half.reduce((sum, value) => sum + value, 0) / half.length;
  return (slope(half.map((value, index) => [index, value])) * (half.length - 1)) / mean;
}
