/** The addresses in any text, each once; pure. */
const EMAIL = /[^\s,;<>"'()]+@[^\s,;<>"'()]+\.[^\s,;<>"'()]+/g;
/** With its country code: without one nobody knows whose number it is. */
const NUMBER = /\+ ?[1-9](?:[ ().\-/]{0,3}\d){5,14}(?!\d)/g;

export interface Addresses {
  readonly emails: readonly string[];
  /** As they were written. */
  readonly numbers: readonly string[];
}

/** The first of those that mean the same. */
const once = (texts: readonly string[], meaning: (text: string) => string): string[] => {
  const first = new Map<string, string>();
  for (const text of texts) if (!first.has(meaning(text))) first.set(meaning(text), text);
  return [...first.values()];
};

export const addressesOf = (text: string): Addresses => {
  const rest = text.replaceAll(EMAIL, " ; ");
  return {
    emails: once(
      (text.match(EMAIL) ?? []).map((email) => email.toLowerCase()),
      (email) => email,
    ),
    numbers: once(rest.match(NUMBER) ?? [], (number) => number.replaceAll(/\D/g, "")),
  };
};
