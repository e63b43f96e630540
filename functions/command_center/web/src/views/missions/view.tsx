import { createLazyRoute } from "@tanstack/react-router";
import { View } from "../../ui/layout.tsx";

const Missions = () => <View title="Missions">.</View>;

export const lazy = createLazyRoute("/in/missions")({ component: Missions });
