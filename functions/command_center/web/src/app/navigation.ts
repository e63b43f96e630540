/** The eight views, in the order of the rail. */
import { Activity, Boxes, Globe, Inbox, LayoutDashboard, ListChecks, type LucideIcon, Settings, Users } from "lucide-react";

export interface Destination {
  readonly to: "/" | "/missions" | "/resources" | "/feed" | "/agents" | "/domains" | "/inboxes" | "/settings";
  readonly label: string;
  readonly icon: LucideIcon;
}

export const DESTINATIONS: readonly Destination[] = [
  { to: "/", label: "Overview", icon: LayoutDashboard },
  { to: "/missions", label: "Missions", icon: ListChecks },
  { to: "/feed", label: "Mission feed", icon: Activity },
  { to: "/resources", label: "Resources", icon: Boxes },
  { to: "/agents", label: "Agents", icon: Users },
  { to: "/domains", label: "Domains", icon: Globe },
  { to: "/inboxes", label: "Inboxes", icon: Inbox },
  { to: "/settings", label: "Settings", icon: Settings },
];
