/** A page that was open while a newer one was deployed asks for files that are gone: it loads itself anew. */

const KEY = "rex-reloads";
const WINDOW = 300_000;
const MOST = 2;

/** When the page may load itself anew: at most twice in five minutes, so that what stays broken is shown instead. */
export const mayReload = (before: readonly number[], now: number): boolean => before.filter((at) => now - at < WINDOW).length < MOST;

const reloads = (): number[] => {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((at) => typeof at === "number") : [];
  } catch {
    return [];
  }
};

/** Whether something would be lost: a form that stands open, or a text that is being written. */
const isBusy = (): boolean => document.querySelector("dialog[open], input:focus, textarea:focus") !== null;

/** Without an answer there is no newer page, only no connection; what stands on the screen is worth more then. */
const answers = (): Promise<boolean> =>
  fetch("/", { cache: "no-store" }).then(
    ({ ok }) => ok,
    () => false,
  );

let reloading = false;

/** What is missing is on its way with the new page: no error is to be shown meanwhile. */
export const isReloading = (): boolean => reloading;

export const reloadForNewPage = (): void => {
  let asking = false;
  // Several files may be missing at once; they are one reason to reload.
  window.addEventListener("vite:preloadError", async () => {
    const before = reloads();
    if (asking || !mayReload(before, Date.now()) || isBusy()) return;
    asking = true;
    reloading = await answers();
    asking = reloading;
    if (!reloading) return;
    sessionStorage.setItem(KEY, JSON.stringify([...before, Date.now()].slice(-MOST)));
    location.reload();
  });
};
