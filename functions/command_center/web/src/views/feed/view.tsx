import { createLazyRoute } from "@tanstack/react-router";
import { View } from "../../ui/layout.tsx";

const Feed = () => <View title="Mission feed">.</View>;

export const lazy = createLazyRoute("/in/feed/$missionId")({ component: Feed });
