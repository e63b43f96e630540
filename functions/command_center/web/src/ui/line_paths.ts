/** One path for each run of known values, from 0 at the bottom to `most` at the top; pure. */
export const linePaths = (values: readonly (number | null)[], most: number, width: number, height: number): string[] => {
  const step = width / Math.max(1, values.length - 1);
  const at = (value: number, index: number): string => `${round(index * step)} ${round(height - 1 - (value / most) * (height - 2))}`;
  const paths: string[] = [];
  let run: string[] = [];
  const end = (): void => {
    const [only] = run;
    if (only !== undefined) paths.push(run.length === 1 ? `M${only}h0` : `M${run.join("L")}`);
    run = [];
  };
  values.forEach((value, index) => {
    if (value === null) end();
    else run.push(at(value, index));
  });
  end();
  return paths;
};

const round = (value: number): number => Math.round(value * 10) / 10;
