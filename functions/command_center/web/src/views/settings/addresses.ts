/** The addresses in any text, each once; pure. */

/** Between what stands around addresses in a list or a sentence; an apostrophe may be one's own, as in o'neil@x.example. */
const WORD = /[^\s,;:<>"()[\]{}|\\]+/g;
const EMAIL = /^[^@]+@[^@']+\.[^@'.]+$/;

/** With its country code: without one nobody knows whose number it is. */
const NUMBER = /\+ ?[1-9](?:[ ().\-/]{0,3}\d){5,14}(?!\d)/g;

/** No address is longer, with what may stand around it. */
const LONGEST = 400;

export interface Addresses {
  readonly emails: readonly string[];
  /** As they were written. */
  readonly numbers: readonly string[];
  /** What looks like an address or a number and is not understood as one. */
  readonly unclear: readonly string[];
}

/** The first of those that mean the same. */
const once = (texts: readonly string[], meaning: (text: string) => string): string[] => {
  const first = new Map<string, string>();
  for (const text of texts) if (!first.has(meaning(text))) first.set(meaning(text), text);
  return [...first.values()];
};

const emailOf = (word: string): string | null => {
  if (word.length > LONGEST || !word.includes("@")) return null;
  const bare = word.replaceAll(/^['.]+|['.]+$/g, "");
  return EMAIL.test(bare) ? bare.toLowerCase() : null;
};

const isDay = (cell: string): boolean => /^(\d{4}([-/.])\d\d?\2\d\d?|\d\d?([-/.])\d\d?\3\d{4})$/.test(cell);

const isUnclear = (cell: string): boolean => {
  if (cell.length > LONGEST) return false;
  const digits = cell.replaceAll(/\D/g, "").length;
  return cell.includes("@") || (digits >= 7 && /^[\d ().\-/]+$/.test(cell) && !isDay(cell));
};

export const addressesOf = (text: string): Addresses => {
  const emails: string[] = [];
  const rest = text.replaceAll(WORD, (word) => {
    const email = emailOf(word);
    if (email) emails.push(email);
    return email ? ";" : word;
  });
  const cells = rest.replaceAll(NUMBER, ";").split(/[\n,;\t|"<>]/);
  return {
    emails: once(emails, (email) => email),
    numbers: once(rest.match(NUMBER) ?? [], (number) => number.replaceAll(/\D/g, "")),
    unclear: once(cells.map((cell) => cell.trim()).filter(isUnclear), (cell) => cell),
  };
};
