import { createLazyRoute } from "@tanstack/react-router";
import { View } from "../../ui/layout.tsx";

const Agents = () => <View title="Agents">.</View>;

export const lazy = createLazyRoute("/in/agents")({ component: Agents });
