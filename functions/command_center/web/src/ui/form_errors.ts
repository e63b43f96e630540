/** Which field a problem is about: the API lists them, or begins its sentence with the field's name. */
import type { Problem } from "../services/problem.ts";

const last = (path: string): string => path.split(".").at(-1) ?? path;

export const fieldErrors = (problem: Problem, fields: readonly string[]): Map<string, string> => {
  const known = new Set(fields);
  const listed = problem.errors.map(({ field, problem: what }) => [last(field), what] as const).filter(([field]) => known.has(field));
  if (listed.length > 0) return new Map(listed);
  const [, field, what] = /^(\w+): (.+)$/s.exec(problem.message) ?? [];
  return field && what && known.has(field) ? new Map([[field, what]]) : new Map();
};

/** Whether more is wrong than what stands at the fields. */
export const otherErrors = (problem: Problem, shown: ReadonlyMap<string, string>): boolean =>
  shown.size === 0 || problem.errors.some(({ field }) => !shown.has(last(field)));
