/** The shapes of REX's API by their names in its description; `api.gen.ts` is made of it by `make types`. */
import type { components } from "./api.gen.ts";

export type Schemas = components["schemas"];

/** A page of a list: `next` is the cursor of the page after it, null on the last. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}
