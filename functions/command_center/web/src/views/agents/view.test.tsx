import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Agent } from "../../services/agents.ts";
import { Cell } from "./view.tsx";

test("an agent that is unavailable says why, and shows no figures", () => {
  const agent = {
    agent: "icp_builder",
    does: "Builds it.",
    status: "unavailable",
    reason: "Missions of the type icp_extraction cannot run yet.",
  } as unknown as Agent;

  render(<Cell agent={agent} onOpen={() => undefined} />);

  const cell = screen.getByRole("button").textContent;
  expect(cell).toContain("Missions of the type ICP extraction cannot run yet.");
  expect(cell).not.toContain("success");
});
