import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";
import { sayFailed } from "../ui/toasts.tsx";
import { Problem, unreachable } from "./problem.ts";
import { useAction } from "./use_action.ts";

vi.mock("../ui/toasts.tsx", () => ({ sayFailed: vi.fn() }));

test.each([
  ["refused as things are now", new Problem(409, "state_changed", "It has ended.", "Look again."), true],
  ["not answered", unreachable(), false],
])("what was %s is taken back; what is shown is read anew, or the deed can be tried again", async (_, problem, reads) => {
  const client = new QueryClient();
  const read = vi.spyOn(client, "invalidateQueries");
  const undo = vi.fn();
  const wrapper = ({ children }: { readonly children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => useAction({ run: () => Promise.reject(problem), show: () => undo }), { wrapper });
  result.current.start(null);
  await waitFor(() => expect(undo).toHaveBeenCalledOnce());
  expect(read.mock.calls.length > 0).toBe(reads);
  expect(typeof vi.mocked(sayFailed).mock.lastCall?.[1]).toBe(reads ? "undefined" : "function");
});
