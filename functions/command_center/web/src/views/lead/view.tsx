import { createLazyRoute } from "@tanstack/react-router";
import { View } from "../../ui/layout.tsx";

const Lead = () => <View title="Lead">.</View>;

export const lazy = createLazyRoute("/in/leads/$leadId")({ component: Lead });
