/** Milliseconds that a view waits for what it shows, before it shows that it waits. */
const SOON = 150;

/** When this is there or, where that takes longer, a moment later: a view that has its data is drawn once instead of twice. */
export const soon = (read: Promise<void>): Promise<void> => Promise.race([read, new Promise<void>((then) => setTimeout(then, SOON))]);
