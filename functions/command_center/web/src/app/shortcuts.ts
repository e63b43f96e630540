/** What keys mean outside of fields: the palette, the list of keys, and `g` followed by a view's letter, unless single keys are off; pure. */
import { DESTINATIONS, type Destination } from "./navigation.ts";

export type Wish = { readonly open: "palette" | "keys" } | { readonly to: Destination["to"] };

export interface Pressed {
  readonly key: string;
  /** Ctrl, or Cmd on a Mac. */
  readonly command: boolean;
  readonly alt: boolean;
  /** Into a field, where letters are text. */
  readonly typing: boolean;
  /** Whether single keys are shortcuts. */
  readonly single: boolean;
  /** In milliseconds. */
  readonly at: number;
}

const PATIENCE = 1_500;

/** Reads one key after another; null where it means nothing, or not yet. */
export const shortcuts = (): ((pressed: Pressed) => Wish | null) => {
  let asked = Number.NEGATIVE_INFINITY;
  return ({ key, command, alt, typing, single, at }) => {
    const goes = at - asked < PATIENCE;
    asked = Number.NEGATIVE_INFINITY;
    if (command && !alt) return key.toLowerCase() === "k" ? { open: "palette" } : null;
    if (command || alt || typing || !single) return null;
    if (key === "?") return { open: "keys" };
    const destination = goes && DESTINATIONS.find((known) => known.letter === key.toLowerCase());
    if (destination) return { to: destination.to };
    if (key === "g") asked = at;
    return null;
  };
};
