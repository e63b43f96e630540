import { createMemoryHistory, createRootRoute, createRoute, createRouter, Link, RouterProvider } from "@tanstack/react-router";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";
import { Unsaved } from "./unsaved.tsx";

const Page = () => {
  const [typed, setTyped] = useState(false);
  return (
    <>
      <input aria-label="Name" onInput={() => setTyped(true)} />
      <button type="button" onClick={() => setTyped(false)}>
        Save
      </button>
      <Link to={"/other" as "/"}>Away</Link>
      <Unsaved parts={typed ? ["Targets"] : []} />
    </>
  );
};

const show = async () => {
  const root = createRootRoute();
  const routes = [
    createRoute({ getParentRoute: () => root, path: "/", component: Page }),
    createRoute({ getParentRoute: () => root, path: "/other", component: () => <p>Elsewhere</p> }),
  ];
  const router = createRouter({ routeTree: root.addChildren(routes), history: createMemoryHistory({ initialEntries: ["/"] }) });
  render(<RouterProvider router={router as never} />);
  return screen.findByLabelText("Name");
};

test("what was typed is left only when a person says so", async () => {
  fireEvent.input(await show(), { target: { value: "x" } });
  fireEvent.click(screen.getByText("Away"));
  expect(await screen.findByText(/under Targets is lost/)).toBeTruthy();
  fireEvent.click(screen.getByText("Stay here"));
  await waitFor(() => expect(screen.queryByText(/is lost/)).toBeNull());
  expect(screen.queryByText("Elsewhere")).toBeNull();
  fireEvent.click(screen.getByText("Away"));
  fireEvent.click(await screen.findByText("Leave without saving"));
  expect(await screen.findByText("Elsewhere")).toBeTruthy();
});

test("what is saved may be left", async () => {
  fireEvent.input(await show(), { target: { value: "x" } });
  fireEvent.click(screen.getByText("Save"));
  fireEvent.click(screen.getByText("Away"));
  expect(await screen.findByText("Elsewhere")).toBeTruthy();
});
