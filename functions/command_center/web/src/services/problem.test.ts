import { expect, test } from "vitest";
import { readProblem } from "./problem.ts";

const told = (status: number, body: object): Response => new Response(JSON.stringify(body), { status });

test("what the API advises those who write requests is said as it is done on this page, whoever told it", async () => {
  const fromRoute = { code: "not_a_member", detail: "You are not a member of this account.", next: "Leave out the Rex-Account header." };
  const fromRows = { details: "not_a_member", message: fromRoute.detail, hint: fromRoute.next };

  const [one, other] = await Promise.all([readProblem(told(403, fromRoute)), readProblem(told(403, fromRows))]);

  expect([one.next, one.code]).toEqual([other.next, other.code]);
  expect(one.next).toContain("sign out and in again");
});

test("any other advice is passed on", async () => {
  expect((await readProblem(told(409, { code: "taken", detail: "It is taken.", next: "Take another." }))).next).toBe("Take another.");
});
