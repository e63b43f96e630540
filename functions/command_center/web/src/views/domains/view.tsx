import { createLazyRoute } from "@tanstack/react-router";
import { View } from "../../ui/layout.tsx";

const Domains = () => <View title="Domains">.</View>;

export const lazy = createLazyRoute("/in/domains")({ component: Domains });
