import { createLazyRoute } from "@tanstack/react-router";
import { View } from "../../ui/layout.tsx";

const Settings = () => <View title="Settings">.</View>;

export const lazy = createLazyRoute("/in/settings")({ component: Settings });
