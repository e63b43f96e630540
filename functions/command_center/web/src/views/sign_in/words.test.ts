import { expect, test } from "vitest";
import { problemOf, safeNext, sendsMails } from "./words.ts";

test.each([
  [undefined, "/"],
  ["/missions?state=FAILED#x", "/missions?state=FAILED#x"],
  ["https://evil.example/", "/"],
  ["//evil.example/", "/"],
  ["/\\evil.example", "/"],
  ["/.//evil.example/", "/"],
  ["/missions/..//evil.example/", "/"],
  ["//[", "/"],
  ["javascript:alert(1)", "/"],
  ["/sign-in?next=/", "/"],
])("after the sign-in %s leads to %s", (next, leads) => {
  expect(safeNext(next)).toBe(leads);
});

test("what Auth refuses says what to do next", () => {
  const problem = problemOf({ name: "AuthApiError", status: 400, code: "invalid_credentials", message: "Invalid login credentials" });
  expect(problem.message).toBe("No account has this address with this password.");
  expect(problem.next).toContain("new password");
});

test("what is not known is told as Auth told it", () => {
  expect(problemOf({ name: "AuthApiError", status: 422, code: "new_code", message: "Something new" }).message).toBe("Something new");
});

test("no answer is told as one", () => {
  expect(problemOf({ name: "AuthRetryableFetchError", status: 0, message: "" }).code).toBe("unreachable");
});

test("a stack on this machine sends no mails", () => {
  expect([sendsMails("http://localhost:54321"), sendsMails("https://abc.supabase.co")]).toEqual([false, true]);
});
