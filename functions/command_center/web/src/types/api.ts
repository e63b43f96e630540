/** The shapes of REX's API by their names in its description, and the rows of its tables and views; `make types` makes both files. */
import type { components } from "./api.gen.ts";
import type { Rows } from "./rows.gen.ts";

export type Schemas = components["schemas"];

/** Some columns of a table or view, as PostgREST gives them. */
export type Row<Table extends keyof Rows, Column extends keyof Rows[Table]> = Readonly<Pick<Rows[Table], Column>>;

/** A page of a list: `next` is the cursor of the page after it, null on the last. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}
