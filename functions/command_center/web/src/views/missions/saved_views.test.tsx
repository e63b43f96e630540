import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import { readViews, writeViews } from "./kept_views.ts";
import { SavedViews } from "./saved_views.tsx";
import type { Search } from "./search.ts";

vi.mock("../../live/use_live.ts", () => ({ useLiveQueries: () => undefined }));
vi.mock("../../services/missions.ts", async (real) => ({
  ...(await real<object>()),
  missionCountQuery: ({ state }: { state?: string }) => ({ queryKey: ["count", state], queryFn: async () => ({ missions: 1 }) }),
}));

let at: Search = {};

/** As the address keeps it: what is searched for changes, and the view it began with stays. */
const Page = ({ first }: { readonly first: Search }) => {
  const [search, setSearch] = useState(first);
  at = search;
  return (
    <QueryClientProvider client={new QueryClient()}>
      <SavedViews search={search} onGo={(to) => setSearch({ sort: search.sort, view: search.view, ...to })} />
      <button type="button" onClick={() => setSearch({ ...search, state: "FAILED", sort: "priority" })}>
        Edit
      </button>
    </QueryClientProvider>
  );
};

const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

beforeEach(() => writeViews([{ name: "Mine", search: { q: "ann", sort: "created_at" } }]));

test("an edited view goes back to what it was", () => {
  render(<Page first={{}} />);
  press("Mine");
  expect(screen.queryByRole("button", { name: "Reset" })).toBeNull();
  press("Edit");
  expect(at).toMatchObject({ q: "ann", state: "FAILED" });
  press("Reset");
  expect(at).toMatchObject({ q: "ann", state: undefined, sort: "created_at", view: "Mine" });
  expect(screen.queryByRole("button", { name: "Reset" })).toBeNull();
});

test("an edited view is saved under its name, with its order", () => {
  render(<Page first={{ q: "ann", sort: "created_at", view: "Mine" }} />);
  press("Edit");
  press("Save");
  expect(readViews()).toEqual([{ name: "Mine", search: expect.objectContaining({ q: "ann", state: "FAILED", sort: "priority" }) }]);
  expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
});

test("what another tab kept meanwhile stays", () => {
  render(<Page first={{}} />);
  writeViews([...readViews(), { name: "Of the other tab", search: { q: "bob" } }]);
  press("Forget the view Mine");
  expect(readViews().map(({ name }) => name)).toEqual(["Of the other tab"]);
});

test("another person in the same browser has views of their own", () => {
  localStorage.setItem("rex-session", JSON.stringify({ access_token: "t", user: { id: "other" } }));
  expect(readViews()).toEqual([]);
  localStorage.removeItem("rex-session");
  expect(readViews()).toHaveLength(1);
});

test("what every browser kept before is still read", () => {
  localStorage.setItem("rex-mission-views", JSON.stringify([["Old", "state:failed"], "nonsense"]));
  expect(readViews()).toEqual([{ name: "Old", search: expect.objectContaining({ state: "FAILED", sort: undefined }) }]);
});
