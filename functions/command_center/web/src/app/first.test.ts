import { afterEach, beforeEach, expect, test, vi } from "vitest";

const SCRIPT = "./first.js";
const inAnHour = (): number => Date.now() / 1_000 + 3_600;
const asked = vi.fn(async (_path: string, _init: RequestInit) => Response.json({ code: "no" }, { status: 403 }));

const run = async (path = "/"): Promise<string[]> => {
  history.replaceState(null, "", path);
  vi.resetModules();
  await import(SCRIPT);
  return asked.mock.calls.map(([called]) => called);
};

beforeEach(() => {
  asked.mockClear();
  delete window.rexFirst;
  vi.stubGlobal("fetch", asked);
});
afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

test("the overview's answers are asked for as whoever is signed in, for the account they chose", async () => {
  localStorage.setItem("rex-session", JSON.stringify({ access_token: "mine", expires_at: inAnHour() }));
  localStorage.setItem("rex-account", "a1");
  expect(await run()).toEqual(["/api/rex/account", "/api/rex/status"]);
  expect(asked.mock.calls[0]?.[1]).toEqual({ headers: { Authorization: "Bearer mine", "Rex-Account": "a1" } });
  expect(window.rexFirst).toMatchObject({ token: "mine", account: "a1" });
  const answer = await window.rexFirst?.answers.get("/api/rex/account");
  expect([answer?.status, await answer?.json()]).toEqual([403, { code: "no" }]);
});

test("another view needs the account alone", async () => {
  localStorage.setItem("rex-session", JSON.stringify({ access_token: "mine", expires_at: inAnHour() }));
  expect(await run("/missions?state=FAILED")).toEqual(["/api/rex/account"]);
});

test.each([
  ["nobody is signed in", null, "/"],
  ["the session has to be refreshed", JSON.stringify({ access_token: "mine", expires_at: 1 }), "/"],
  ["the session tells no end", JSON.stringify({ access_token: "mine" }), "/"],
  ["what is kept cannot be read", "{", "/"],
  ["somebody signs in", JSON.stringify({ access_token: "mine", expires_at: inAnHour() }), "/sign-in"],
])("nothing is asked when %s", async (_why, kept, path) => {
  if (kept) localStorage.setItem("rex-session", kept);
  expect(await run(path)).toEqual([]);
});

test("the chosen theme is set at once", async () => {
  localStorage.setItem("rex-theme", "dark");
  await run();
  expect(document.documentElement.dataset.theme).toBe("dark");
});
