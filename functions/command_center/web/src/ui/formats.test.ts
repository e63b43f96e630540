import { expect, test } from "vitest";
import {
  formatBytes,
  formatCapped,
  formatCount,
  formatDuration,
  formatMoney,
  formatName,
  formatShare,
  inWords,
  plural,
  shortenId,
} from "./formats.ts";

test.each([
  [0, "0"],
  [1_234, "1,234"],
  [99_999, "99,999"],
  [123_456, "123k"],
  [1_250_000, "1.3M"],
])("the count %d is written %s", (count, text) => expect(formatCount(count)).toBe(text));

test.each([
  [850, "850 ms"],
  [12_000, "12 s"],
  [59_600, "1 min"],
  [200_000, "3 min 20 s"],
  [7_500_000, "2 h 5 min"],
  [274_000_000, "3 d 4 h"],
  [-5, "0 ms"],
])("%d milliseconds are written %s", (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));

test.each([
  [0, "0 %"],
  [0.0723, "7.2 %"],
  [0.05, "5 %"],
  [12.5, "1,250 %"],
  [0.5, "50 %"],
  [null, "–"],
])("the share %s is written %s", (share, text) => expect(formatShare(share)).toBe(text));

test("money is exact where cents matter", () =>
  expect([formatMoney(1.5), formatMoney(1234.5), formatMoney(9_876_543.4), formatMoney(-0.25)]).toEqual([
    "$1.50",
    "$1,235",
    "$9,876,543",
    "-$0.25",
  ]));

test("a capped count says that there are more", () => expect([formatCapped(9_412), formatCapped(10_000)]).toEqual(["9,412", "10,000+"]));

test("one is singular", () =>
  expect([plural(1, "lead"), plural(0, "lead"), plural(2, "reply", "replies")]).toEqual(["1 lead", "0 leads", "2 replies"]));

test("codes read as words, ids by their ends, sizes with their unit", () => {
  expect(formatName("lead_reactivation")).toBe("Lead reactivation");
  expect(inWords("Missions of the type icp_extraction wait.")).toBe("Missions of the type ICP extraction wait.");
  expect(shortenId("c9f293c3-02a5-4977-9a48-90108cdd0d8d")).toBe("c9f2…0d8d");
  expect([formatBytes(900), formatBytes(48_256), formatBytes(2_500_000)]).toEqual(["900 B", "48 kB", "2.5 MB"]);
});
