import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import { importLeads } from "../../services/leads.ts";
import { ImportLeads } from "./import_leads.tsx";

vi.mock("../../services/leads.ts", () => ({ importLeads: vi.fn(), undoImport: vi.fn() }));
// happy-dom puts no file into a form's data; read_upload.test.ts tells how one is read.
vi.mock("./read_upload.ts", async (real) => ({ ...(await real<object>()), readUpload: async () => ({ file_name: "leads.csv" }) }));
vi.mock("@tanstack/react-router", () => ({ Link: ({ children }: { children: ReactNode }) => children }));

const HOSTILE = '<img src=x onerror="alert(1)"> is no address.';
const seen = {
  import_id: null,
  added: 2,
  updated: 0,
  unchanged: 0,
  rejected: 1,
  opted_out: 0,
  repeated: false,
  dry_run: true,
  columns: [
    { name: "email", field: "email" as const },
    { name: HOSTILE, field: null },
  ],
  bad_rows: [{ line: 3, column: "email", code: "address_invalid", reason: HOSTILE, opted_out: [] }],
};
const asked = vi.mocked(importLeads);
const done = vi.fn();
const file = (name: string) => new File(["email\na@example.com\n"], name, { type: "text/csv" });

const look = async (name: string) => {
  const user = userEvent.setup();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ImportLeads onDone={done} />
    </QueryClientProvider>,
  );
  await user.upload(screen.getByLabelText("File"), file(name));
  await user.click(screen.getByRole("button", { name: "Look at it" }));
  return user;
};

beforeEach(() => {
  vi.clearAllMocks();
  asked.mockResolvedValue(seen);
});

test("a file is looked at before anything is saved, and its bad rows say where and why", async () => {
  const user = await look("leads.csv");

  expect(await screen.findByRole("cell", { name: HOSTILE })).toBeTruthy();
  expect(screen.getByRole("cell", { name: "3" })).toBeTruthy();
  expect(asked.mock.calls.map(([upload]) => upload)).toMatchObject([{ file_name: "leads.csv", dry_run: true }]);

  await user.click(screen.getByRole("button", { name: "Import 2 leads" }));
  await vi.waitFor(() => expect(done).toHaveBeenCalledOnce());
  expect(asked.mock.lastCall?.[0].dry_run).toBeUndefined();
});

test("what a column holds can be said by hand, and the file is looked at anew with it", async () => {
  const user = await look("leads.csv");

  await user.selectOptions(await screen.findByLabelText(HOSTILE), "Company");
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(2));

  expect(asked.mock.lastCall?.[0]).toMatchObject({ columns: { [HOSTILE]: "company" }, dry_run: true });
  await user.click(await screen.findByRole("button", { name: "Import 2 leads" }));
  await vi.waitFor(() => expect(done).toHaveBeenCalledOnce());
  expect(asked.mock.lastCall?.[0]).toMatchObject({ columns: { [HOSTILE]: "company" } });
});

test("another file takes away what was seen of the one before", async () => {
  const user = await look("leads.csv");
  await screen.findByRole("button", { name: "Import 2 leads" });

  await user.upload(screen.getByLabelText("File"), file("other.csv"));

  expect(screen.queryByRole("button", { name: /^Import/ })).toBeNull();
});
