import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem } from "../services/problem.ts";
import { connect, type Hearing } from "./connect.ts";
import { live } from "./live.ts";

const connected = { positions: () => ({}), check: () => undefined, leave: async () => undefined };
vi.mock("./connect.ts", () => ({ connect: vi.fn() }));

let hearing: Hearing;
let stop: () => void;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.mocked(connect).mockReset();
  vi.mocked(connect).mockImplementation(async (given) => {
    hearing = given;
    return connected;
  });
  stop = live.start("account");
  await vi.waitFor(() => expect(connect).toHaveBeenCalledOnce());
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

test.each([401, 403])("who may read no more, %i, is told that it has ended, and asked again later", async (status) => {
  hearing.ended(new Problem(status, "refused", "No.", "Ask."));
  expect(live.said().connection).toBe("ended");
  vi.advanceTimersByTime(5_000);
  expect(live.said().connection).toBe("connecting");
  await vi.waitFor(() => expect(connect).toHaveBeenCalledTimes(2));
});

test("an account that is followed next is not told of the end of the one before", () => {
  hearing.ended(new Problem(403, "not_a_member", "No.", "Ask."));
  stop();
  stop = live.start("another");
  expect(live.said().connection).toBe("connecting");
});

test("what a person paused is paused, and nothing else is", () => {
  live.pause();
  expect(live.said().connection).toBe("paused");
  live.resume();
  expect(live.said().connection).toBe("connecting");
});
