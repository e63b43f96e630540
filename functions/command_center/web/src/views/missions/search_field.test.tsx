import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SearchField } from "./search_field.tsx";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a list that changes all the time does not put a search off", () => {
  const went = vi.fn();
  const field = () => <SearchField search={{}} onGo={() => undefined} onType={(search) => went(search.state)} />;
  const { rerender } = render(field());
  fireEvent.change(screen.getByLabelText("Search"), { target: { value: "state:failed" } });
  for (let update = 0; update < 6; update += 1) {
    vi.advanceTimersByTime(50);
    rerender(field());
  }
  expect(went.mock.calls).toEqual([["FAILED"]]);
});
