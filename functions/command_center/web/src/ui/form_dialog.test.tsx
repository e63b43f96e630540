import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { Form, TextField } from "./form.tsx";
import { FormDialog } from "./form_dialog.tsx";

const closed = vi.fn();

const Page = () => (
  <FormDialog title="Inbox" onClose={closed}>
    {(close) => (
      <Form action="Save" busy={false} error={null} fields={["name"]} onSubmit={close}>
        <TextField label="Name" name="name" />
      </Form>
    )}
  </FormDialog>
);

beforeEach(async () => {
  closed.mockClear();
  const root = createRootRoute();
  const tree = root.addChildren([createRoute({ getParentRoute: () => root, path: "/", component: Page })]);
  render(<RouterProvider router={createRouter({ routeTree: tree, history: createMemoryHistory() }) as never} />);
  await screen.findByLabelText("Name");
});

const close = (): void => void fireEvent.click(screen.getAllByRole("button", { name: "Close" })[0] as HTMLElement);

test("a form that nothing was typed into closes at once", () => {
  close();

  expect(closed).toHaveBeenCalledOnce();
});

test("what was typed is kept until a person gives it up", async () => {
  fireEvent.input(screen.getByLabelText("Name"), { target: { value: "x" } });
  close();
  fireEvent.click(await screen.findByText("Keep editing"));
  expect(closed).not.toHaveBeenCalled();
  expect(screen.queryByText("Close without saving?")).toBeNull();

  close();
  fireEvent.click(await screen.findByRole("button", { name: "Close without saving" }));
  await waitFor(() => expect(closed).toHaveBeenCalledOnce());
});

test("what was saved is not asked about", () => {
  fireEvent.input(screen.getByLabelText("Name"), { target: { value: "x" } });
  fireEvent.click(screen.getByText("Save"));

  expect(closed).toHaveBeenCalledOnce();
  expect(screen.queryByText("Close without saving?")).toBeNull();
});
