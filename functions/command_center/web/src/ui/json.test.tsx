import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { parseExact } from "./exact.ts";
import { Json } from "./json.tsx";

const TEXT = '{"rate":1.10,"id":12345678901234567890,"many":3,"name":"1.10"}';

test("numbers are shown, and copied, as they were written", () => {
  const value = parseExact(TEXT);
  render(<Json value={value} />);
  for (const shown of ["1.10", "12345678901234567890", "3", '"1.10"']) expect(screen.getByText(shown)).toBeTruthy();
  expect(JSON.stringify(value)).toBe(TEXT);
});
