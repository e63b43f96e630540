/** A person's own views of missions, as this browser keeps them. */
import { readKept } from "../../session/kept.ts";
import { parseSearch, type Search, writeSearch } from "./search.ts";

export interface SavedView {
  readonly name: string;
  readonly search: Search;
}

export const MOST_VIEWS = 50;
/** Whoever uses the browser next does not see them. */
const keyOf = (): string => `rex-mission-views ${readKept()?.user.id ?? ""}`.trim();

const USUAL_SORT = "-created_at";

/** Whether a search shows what a view does, in the same order. */
export const isAs = (view: SavedView, search: Search): boolean =>
  writeSearch(view.search) === writeSearch(search) && (view.search.sort ?? USUAL_SORT) === (search.sort ?? USUAL_SORT);

/** The views with this one in the place of the one of its name, or after all. */
export const withView = (views: readonly SavedView[], view: SavedView): readonly SavedView[] =>
  views.some(({ name }) => name === view.name) ? views.map((each) => (each.name === view.name ? view : each)) : [...views, view];

const readView = (kept: unknown): SavedView[] => {
  if (!Array.isArray(kept) || kept.length < 2) return [];
  const [name, text, sort] = kept as unknown[];
  return [{ name: String(name), search: { ...parseSearch(String(text)), sort: sort ? String(sort) : undefined } }];
};

export const readViews = (): readonly SavedView[] => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf()) ?? "[]");
    return Array.isArray(kept) ? kept.flatMap(readView).slice(0, MOST_VIEWS) : [];
  } catch {
    return [];
  }
};

export const writeViews = (views: readonly SavedView[]): void =>
  localStorage.setItem(keyOf(), JSON.stringify(views.map(({ name, search }) => [name, writeSearch(search), search.sort])));
