import { createLazyRoute } from "@tanstack/react-router";
import { View } from "../../ui/layout.tsx";

const Inboxes = () => <View title="Inboxes">.</View>;

export const lazy = createLazyRoute("/in/inboxes")({ component: Inboxes });
