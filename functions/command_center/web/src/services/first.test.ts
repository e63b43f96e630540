import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api } from "./http.ts";

vi.mock("../session/auth.ts", () => ({ readToken: async () => "mine", loadAuth: vi.fn() }));
vi.mock("../session/account.ts", () => ({ readAccount: () => "a1" }));

const answerOf = (said: string): Promise<Response> => Promise.resolve(Response.json({ said }));
const later = vi.fn(() => answerOf("later"));
const first = (token: string, account: string | null, answer: Promise<Response>): void => {
  window.rexFirst = { token, account, answers: new Map([["/api/rex/account", answer]]) };
};

beforeEach(() => {
  vi.stubGlobal("fetch", later);
  vi.spyOn(performance, "now").mockReturnValue(1_000);
});
afterEach(() => vi.restoreAllMocks());

test("the answer that was asked for first is taken once", async () => {
  first("mine", "a1", answerOf("first"));
  expect(await api("GET", "/account")).toEqual({ said: "first" });
  expect(await api("GET", "/account")).toEqual({ said: "later" });
});

test.each([
  ["another person's", "theirs", "a1"],
  ["another account's", "mine", "a2"],
])("an answer of %s is not taken", async (_whose, token, account) => {
  first(token, account, answerOf("first"));
  expect(await api("GET", "/account")).toEqual({ said: "later" });
});

test("a change is never answered by what a read was", async () => {
  first("mine", "a1", answerOf("first"));
  expect(await api("PATCH", "/account", { body: {} })).toEqual({ said: "later" });
});

test("a read whose first attempt failed is sent again", async () => {
  const failed = Promise.reject(new TypeError("no network"));
  failed.catch(() => undefined);
  first("mine", "a1", failed);
  expect(await api("GET", "/account")).toEqual({ said: "later" });
});

test("an old answer is not taken", async () => {
  vi.mocked(performance.now).mockReturnValue(60_000);
  first("mine", "a1", answerOf("first"));
  expect(await api("GET", "/account")).toEqual({ said: "later" });
});
