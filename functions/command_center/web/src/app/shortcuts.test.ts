import { expect, test } from "vitest";
import { DESTINATIONS } from "./navigation.ts";
import { type Pressed, shortcuts } from "./shortcuts.ts";

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  key,
  command: false,
  alt: false,
  typing: false,
  single: true,
  at: 0,
  ...more,
});

test.each(DESTINATIONS)("g then $letter leads to $label", ({ letter, to }) => {
  const read = shortcuts();

  expect([read(press("g")), read(press(letter, { at: 1_000 }))]).toEqual([null, { to }]);
});

test("every view has a letter of its own", () => {
  expect(new Set(DESTINATIONS.map(({ letter }) => letter)).size).toBe(DESTINATIONS.length);
});

test("a letter alone, too late or after another key means nothing", () => {
  const read = shortcuts();
  const alone = read(press("m"));
  read(press("g"));
  const late = read(press("m", { at: 1_500 }));
  read(press("g", { at: 2_000 }));
  read(press("x", { at: 2_100 }));

  expect([alone, late, read(press("m", { at: 2_200 }))]).toEqual([null, null, null]);
});

test("in a field letters are text, and the palette opens all the same", () => {
  const read = shortcuts();

  expect(read(press("?", { typing: true }))).toBeNull();
  expect(read(press("k", { typing: true, command: true }))).toEqual({ open: "palette" });
});

test("where single keys are off they mean nothing, and the palette opens all the same", () => {
  const read = shortcuts();
  const off = (key: string) => read(press(key, { single: false }));

  expect([off("?"), off("g"), off("m"), read(press("k", { single: false, command: true }))]).toEqual([
    null,
    null,
    null,
    { open: "palette" },
  ]);
});

test("the browser's own keys stay its own", () => {
  const read = shortcuts();

  expect([read(press("g", { command: true })), read(press("k", { command: true, alt: true }))]).toEqual([null, null]);
});
