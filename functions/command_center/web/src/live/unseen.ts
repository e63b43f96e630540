/** What is not on the screen is not kept up to date: once a message came, it is read again when somebody looks at it. */
import type { Query, QueryClient } from "@tanstack/react-query";

/** `listen` calls at every message, and returns how to end that. */
export const forgetUnseen = (client: QueryClient, listen: (hear: () => void) => () => void): (() => void) => {
  let told = Number.NEGATIVE_INFINITY;
  const forget = (query: Query): void => {
    if (query.getObserversCount() === 0 && query.state.dataUpdatedAt <= told) query.invalidate();
  };
  const cache = client.getQueryCache();
  const leave = listen(() => {
    told = Date.now();
    for (const query of cache.getAll()) forget(query);
  });
  // A view need not hear of all that it shows.
  const unsubscribe = cache.subscribe(({ type, query }) => {
    if (type === "observerRemoved") forget(query);
  });
  return () => {
    leave();
    unsubscribe();
  };
};
