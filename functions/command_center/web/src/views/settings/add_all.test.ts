import { beforeEach, expect, test, vi } from "vitest";
import { addSuppressions } from "../../services/suppressions.ts";
import { addAll } from "./add_all.ts";

vi.mock("../../services/suppressions.ts", () => ({ addSuppressions: vi.fn() }));
const added = vi.mocked(addSuppressions);

beforeEach(() => {
  added.mockReset();
  added.mockResolvedValue({ added: 1, cancelled: 2, in_flight: 0, rejected: [] });
});

test("addresses go as mail, numbers on each channel, every part under a key of its own", async () => {
  const sum = await addAll({ emails: ["a@x.example"], numbers: ["+49 30 123456"], channels: ["sms", "whatsapp"] }, "k");

  expect(added.mock.calls).toEqual([
    ["email", ["a@x.example"], "k-0"],
    ["sms", ["+49 30 123456"], "k-1"],
    ["whatsapp", ["+49 30 123456"], "k-2"],
  ]);
  expect(sum).toEqual({ added: 3, cancelled: 6, rejected: [] });
});

test("what is no address is told once, however often it was refused", async () => {
  added.mockResolvedValue({ added: 0, cancelled: 0, in_flight: 0, rejected: [{ index: 1, code: "phone_invalid", reason: "" }] });

  const { rejected } = await addAll({ emails: [], numbers: ["+49 30 123456", "+1 2"], channels: ["sms", "whatsapp"] }, "k");

  expect(rejected).toEqual(["+1 2"]);
});
