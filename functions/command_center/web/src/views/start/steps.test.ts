import { expect, test } from "vitest";
import { type Known, stepsOf } from "./steps.ts";

const nothing = {
  account: { company: null, postal_address: null },
  domains: [],
  inboxes: [],
  campaigns: [],
  imports: [],
} as unknown as Known;
const done = (known: object) =>
  stepsOf({ ...nothing, ...known } as Known)
    .filter((step) => step.done)
    .map(({ name }) => name);

test("a new account has everything before it", () => {
  expect(done({})).toEqual([]);
});

test("each step is done by what stands in the account", () => {
  expect(
    done({
      account: { company: "A", postal_address: "B" },
      domains: [{ status: "warming" }],
      inboxes: [{ login: "checked" }],
      campaigns: [{ is_default: true, offer: "o", sender_name: "s", call_to_action: "c", reply_to: "r", link: "l", steps: [{}] }],
      imports: [{ undone_at: null }],
    }),
  ).toEqual(["address", "domain", "inbox", "campaign", "leads"]);
});

test("an undone import is none, and a failed login says why", () => {
  expect(done({ imports: [{ undone_at: "2026-01-01" }] })).toEqual([]);
  const failed = { login: "failed", address: "a@b.example", login_error: "535 no" };
  expect(done({ inboxes: [failed] })).toEqual([]);
  const inbox = stepsOf({
    ...nothing,
    inboxes: [failed],
  } as unknown as Known)[2];
  expect(inbox?.why).toContain("535 no");
});
