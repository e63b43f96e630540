/** Whether every word of a text begins a word of the name, in any order and either case; an empty text matches everything. */
export const matches = (name: string, text: string): boolean => {
  const words = name.toLowerCase().split(/\W+/);
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  return wanted.every((part) => words.some((word) => word.startsWith(part)));
};
