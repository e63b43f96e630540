/** Answers that app/first.js asked for while the page's code was still on its way. */

interface First {
  readonly token: string;
  readonly account: string | null;
  readonly answers: Map<string, Promise<Response>>;
}

declare global {
  interface Window {
    rexFirst?: First;
  }
}

/** Milliseconds after the page began; an answer that nobody took until then is too old. */
const LONGEST = 10_000;

/** The answer to this read, once, if it was asked for as the same person and for the same account. */
export const takeFirst = (url: string, token: string, account: string | null): Promise<Response> | null => {
  const first = window.rexFirst;
  const answer = first?.answers.get(url);
  if (!first || !answer) return null;
  first.answers.delete(url);
  return first.token === token && first.account === account && performance.now() < LONGEST ? answer : null;
};
