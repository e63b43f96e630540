/** Milliseconds after which something that waits for an idle page no longer does. */
const LONGEST = 1_000;

/** After this time, once the page has drawn what it has and nothing else is to be done; returns how to take it back. */
export const whenIdle = (then: () => void, after: number): (() => void) => {
  let idle = 0;
  const timer = setTimeout(() => {
    if ("requestIdleCallback" in window) idle = requestIdleCallback(then, { timeout: LONGEST });
    else then();
  }, after);
  return () => {
    clearTimeout(timer);
    if (idle) cancelIdleCallback(idle);
  };
};
