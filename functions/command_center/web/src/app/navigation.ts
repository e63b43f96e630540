/** The eight views, in the order of the rail; `g` and then the letter goes there. */
import { Activity, Boxes, Globe, Inbox, LayoutDashboard, ListChecks, type LucideIcon, Settings, Users } from "lucide-react";

export interface Destination {
  readonly to: "/" | "/missions" | "/resources" | "/feed" | "/agents" | "/domains" | "/inboxes" | "/settings";
  readonly label: string;
  /** Where there is little room. */
  readonly short?: string;
  readonly icon: LucideIcon;
  readonly letter: string;
}

export const DESTINATIONS: readonly Destination[] = [
  { to: "/", label: "Overview", icon: LayoutDashboard, letter: "o" },
  { to: "/missions", label: "Missions", icon: ListChecks, letter: "m" },
  { to: "/feed", label: "Mission feed", short: "Feed", icon: Activity, letter: "f" },
  { to: "/resources", label: "Resources", icon: Boxes, letter: "r" },
  { to: "/agents", label: "Agents", icon: Users, letter: "a" },
  { to: "/domains", label: "Domains", icon: Globe, letter: "d" },
  { to: "/inboxes", label: "Inboxes", icon: Inbox, letter: "i" },
  { to: "/settings", label: "Settings", icon: Settings, letter: "s" },
];
