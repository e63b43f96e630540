/** Points as uPlot takes them: seconds and values, with an empty one where too much time lies between two; pure. */
export const withGaps = (
  points: readonly { readonly at: number; readonly value: number }[],
  gap: number,
): [number[], (number | null)[]] => {
  const times: number[] = [];
  const values: (number | null)[] = [];
  let before: number | null = null;
  for (const { at, value } of points) {
    if (before !== null && at - before > gap) {
      times.push((before + gap / 2) / 1_000);
      values.push(null);
    }
    times.push(at / 1_000);
    values.push(value);
    before = at;
  }
  return [times, values];
};
