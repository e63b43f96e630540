/** A person's own views of missions, as this browser keeps them. */
import { parseSearch, type Search, writeSearch } from "./search.ts";

export interface SavedView {
  readonly name: string;
  readonly search: Search;
}

export const MOST_VIEWS = 50;
const KEY = "rex-mission-views";

export const readViews = (): readonly SavedView[] => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    const pairs = Array.isArray(kept) ? kept.filter((each): each is [string, string] => Array.isArray(each) && each.length === 2) : [];
    return pairs.slice(0, MOST_VIEWS).map(([name, text]) => ({ name: String(name), search: parseSearch(String(text)) }));
  } catch {
    return [];
  }
};

export const writeViews = (views: readonly SavedView[]): void =>
  localStorage.setItem(KEY, JSON.stringify(views.map(({ name, search }) => [name, writeSearch(search)])));
