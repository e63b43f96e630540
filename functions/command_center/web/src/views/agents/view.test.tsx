import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Agent } from "../../services/agents.ts";
import { Cell } from "./view.tsx";

test("an agent that is unavailable says why, and shows no figures", () => {
  const agent = { agent: "icp_builder", does: "Builds it.", status: "unavailable" } as unknown as Agent;

  render(<Cell agent={agent} onOpen={() => undefined} />);

  const cell = screen.getByRole("button").textContent;
  expect(cell).toContain("Its crew cannot run missions yet.");
  expect(cell).not.toContain("success");
});
