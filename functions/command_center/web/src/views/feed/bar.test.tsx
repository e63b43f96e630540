import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Bar } from "./bar.tsx";
import { makeScale } from "./scale.ts";
import type { Row } from "./spans.ts";

const scale = makeScale([{ start: 0, end: 100 }], 100);
const row: Row = {
  id: "t",
  kind: "task",
  label: "Writer, batch 1",
  state: "COMPLETED",
  start: 0,
  end: 100,
  retries: 1,
  error: null,
  depth: 0,
};
const pieces = () => screen.getByRole("button").querySelectorAll('[style*="left"]');

test("each try is a bar of its own on a thin line, and the name says how many there were", () => {
  const attempts = [
    { start: 0, end: 20, error: "timeout" },
    { start: 80, end: 100, error: null },
  ];
  render(<Bar row={{ ...row, attempts }} scale={scale} now={0} chosen={false} open={false} onChoose={() => undefined} />);
  // The wait, both tries, and the error at the end of the first.
  expect(pieces()).toHaveLength(4);
  expect(screen.getByRole("button").textContent).toContain("Writer, batch 1: completed, 2 tries,100 ms");
});

test("what lies outside of the part that is looked at is not drawn", () => {
  const events: Row = { ...row, kind: "events", moments: [10, 50, 90] };
  const part = { ...scale, x: (time: number) => (time - 40) / 20 };
  render(<Bar row={events} scale={part} now={0} chosen={false} open={false} onChoose={() => undefined} />);
  expect(pieces()).toHaveLength(1);
});
