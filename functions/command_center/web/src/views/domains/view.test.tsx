import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Domain } from "../../services/domains.ts";
import { Rotate } from "./detail.tsx";
import { Row } from "./view.tsx";

const domain = {
  id: "d",
  domain: "mail.example.com",
  status: "rotated",
  health: "sick",
  reputation: 0.61,
  reputations: [],
  paused_at: null,
  rotation: null,
  sent_today: 0,
  cap_today: 20,
} as unknown as Domain;

test("a sick domain says so, and where it stands on its ramp", () => {
  render(<Row domain={domain} ramp={{ day: 6, today: 17, full: 40 }} open={false} onOpen={() => undefined} />);

  expect(screen.getByRole("button").textContent).toContain("Sick: mail servers lose trust in it · warms up, day 6: 17 of 40 a day");
});

test("a domain that does not send cannot be rotated, and says why", async () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Rotate domain={domain} />
    </QueryClientProvider>,
  );
  const button = screen.getByRole("button", { name: "Rotate" });

  await userEvent.setup().click(button);

  expect(button.getAttribute("aria-disabled")).toBe("true");
  expect(button.title).toBe("It does not send, so there is nothing to rotate.");
  expect(screen.queryByRole("dialog")).toBeNull();
});
