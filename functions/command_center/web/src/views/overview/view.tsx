import { createLazyRoute } from "@tanstack/react-router";
import { View } from "../../ui/layout.tsx";

const Overview = () => <View title="Overview">.</View>;

export const lazy = createLazyRoute("/in/")({ component: Overview });
