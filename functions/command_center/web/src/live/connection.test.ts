import { expect, test } from "vitest";
import { type Facts, judge } from "./connection.ts";

const live: Facts = { ended: false, paused: false, heard: true, channels: 6, joined: 6, reading: false, wasLive: true };

test("live needs the heartbeat, every channel, and nothing left to read", () => {
  expect(judge(live)).toBe("live");
  expect(judge({ ...live, joined: 5 })).toBe("catching_up");
  expect(judge({ ...live, reading: true })).toBe("catching_up");
  expect(judge({ ...live, heard: false })).toBe("offline");
});

test("before it was ever live it connects, whatever is missing", () => {
  expect(judge({ ...live, wasLive: false, heard: false, joined: 0 })).toBe("connecting");
});

test("what has ended is neither paused nor offline: nothing comes of waiting", () => {
  expect(judge({ ...live, ended: true, paused: true, heard: false, joined: 0 })).toBe("ended");
});

test("who paused is told so, and nothing else", () => {
  expect(judge({ ...live, paused: true, heard: false })).toBe("paused");
});
