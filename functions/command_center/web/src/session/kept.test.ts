import { afterEach, expect, test } from "vitest";
import { comesByLink, holds, KEPT_AS, readKept } from "./kept.ts";

afterEach(() => localStorage.clear());

const SESSION = { access_token: "t", refresh_token: "r", expires_in: 3_600, expires_at: 10_000, token_type: "bearer" as const };
const KEPT = { ...SESSION, user: { id: "u1" } } as never;

test("a session holds until Supabase Auth would refresh it", () => {
  expect([holds(KEPT, 9_909_000), holds(KEPT, 9_910_000)]).toEqual([true, false]);
});

test("what is no session is none", () => {
  const found = ["{", "null", JSON.stringify(SESSION), JSON.stringify(KEPT)].map((text) => {
    localStorage.setItem(KEPT_AS, text);
    return readKept()?.user.id ?? null;
  });
  expect(found).toEqual([null, null, null, "u1"]);
});

test.each([
  ["#access_token=t&type=recovery", true],
  ["#error=access_denied&error_code=otp_expired", true],
  ["#rows", false],
  ["", false],
])("the address %s comes by a link: %s", (hash, is) => {
  expect(comesByLink(hash)).toBe(is);
});
