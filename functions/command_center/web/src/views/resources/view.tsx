import { createLazyRoute } from "@tanstack/react-router";
import { View } from "../../ui/layout.tsx";

const Resources = () => <View title="Resources">.</View>;

export const lazy = createLazyRoute("/in/resources")({ component: Resources });
