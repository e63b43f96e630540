import { expect, test } from "vitest";
import { namedLike } from "./leads.ts";

test("a whole name is found by its parts, wherever each stands, and nothing typed is a condition", () => {
  expect(namedLike(" Ann  Fox ")).toBe(
    "(or(first_name.ilike.*Ann*,last_name.ilike.*Ann*,company.ilike.*Ann*),or(first_name.ilike.*Fox*,last_name.ilike.*Fox*,company.ilike.*Fox*))",
  );
  expect(namedLike("x),id.eq.(1*%_")).toBe(namedLike("x id.eq. 1"));
});
