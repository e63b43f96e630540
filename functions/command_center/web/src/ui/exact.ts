/** JSON whose numbers stay as they were written: 1.10 and whole numbers beyond 2^53 lose digits as numbers of the language. */

/** A number that is more than the language can hold, as `JSON.stringify` writes it. */
interface RawNumber {
  readonly rawJSON: string;
}

/** Newer than the library's types. */
const json = JSON as typeof JSON & { readonly rawJSON?: (text: string) => RawNumber; readonly isRawJSON?: (value: unknown) => boolean };

const keep = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === "number" && context?.source !== undefined && String(value) !== context.source && json.rawJSON
    ? json.rawJSON(context.source)
    : value;

/** As `JSON.parse`; a browser that does not know the source of a value gives numbers of the language. Raises SyntaxError. */
export const parseExact = (text: string): unknown => JSON.parse(text, keep as (this: unknown, key: string, value: unknown) => unknown);

export const isExact = (value: unknown): value is RawNumber => json.isRawJSON?.(value) ?? false;
