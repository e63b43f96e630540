/** One token per state, the same in a badge, a bar, a dot and a chart; never colour alone. */
import {
  Ban,
  ChartLine,
  Check,
  CircleAlert,
  CircleDashed,
  CircleHelp,
  Clock,
  Hourglass,
  Inbox,
  Loader,
  type LucideIcon,
  Pause,
  Play,
  RefreshCw,
  Sparkles,
  TriangleAlert,
  X,
} from "lucide-react";
import { classes } from "./classes.ts";
import { formatName } from "./formats.ts";

export type Tone = "queued" | "active" | "collecting" | "analyzing" | "completed" | "failed" | "escalated" | "unknown";

export const TONES: Record<Tone, { readonly ink: string; readonly wash: string; readonly fill: string }> = {
  queued: { ink: "text-queued", wash: "bg-queued-wash", fill: "bg-queued" },
  active: { ink: "text-active", wash: "bg-active-wash", fill: "bg-active" },
  collecting: { ink: "text-collecting", wash: "bg-collecting-wash", fill: "bg-collecting" },
  analyzing: { ink: "text-analyzing", wash: "bg-analyzing-wash", fill: "bg-analyzing" },
  completed: { ink: "text-completed", wash: "bg-completed-wash", fill: "bg-completed" },
  failed: { ink: "text-failed", wash: "bg-failed-wash", fill: "bg-failed" },
  escalated: { ink: "text-escalated", wash: "bg-escalated-wash", fill: "bg-escalated" },
  unknown: { ink: "text-queued", wash: "hatched", fill: "hatched" },
};

interface Token {
  readonly tone: Tone;
  readonly icon: LucideIcon;
}

const TOKENS: Record<string, Token> = {
  // Missions
  QUEUED: { tone: "queued", icon: Clock },
  ASSIGNED: { tone: "active", icon: Play },
  EXECUTING: { tone: "active", icon: Loader },
  COLLECTING: { tone: "collecting", icon: Inbox },
  ANALYZING: { tone: "analyzing", icon: ChartLine },
  OPTIMIZING: { tone: "analyzing", icon: Sparkles },
  COMPLETED: { tone: "completed", icon: Check },
  FAILED: { tone: "failed", icon: X },
  ESCALATED: { tone: "escalated", icon: TriangleAlert },
  // Tasks
  BLOCKED: { tone: "queued", icon: Hourglass },
  READY: { tone: "queued", icon: Clock },
  RUNNING: { tone: "active", icon: Loader },
  CANCELLED: { tone: "queued", icon: Ban },
  // Messages and leads
  draft: { tone: "queued", icon: CircleDashed },
  pending: { tone: "queued", icon: Clock },
  passed: { tone: "active", icon: Check },
  held: { tone: "escalated", icon: Pause },
  scheduled: { tone: "active", icon: Clock },
  sending: { tone: "active", icon: Loader },
  sent: { tone: "completed", icon: Check },
  delivered: { tone: "completed", icon: Check },
  replied: { tone: "completed", icon: Inbox },
  refused: { tone: "failed", icon: X },
  bounced: { tone: "failed", icon: X },
  failed: { tone: "failed", icon: X },
  rejected: { tone: "failed", icon: Ban },
  suppressed: { tone: "queued", icon: Ban },
  unsubscribed: { tone: "queued", icon: Ban },
  cancelled: { tone: "queued", icon: Ban },
  unknown: { tone: "unknown", icon: CircleHelp },
  // What came back
  deferred: { tone: "queued", icon: Hourglass },
  soft_bounced: { tone: "escalated", icon: TriangleAlert },
  hard_bounced: { tone: "failed", icon: X },
  blocked: { tone: "failed", icon: Ban },
  complained: { tone: "failed", icon: CircleAlert },
  auto_replied: { tone: "queued", icon: Inbox },
  opened: { tone: "active", icon: Check },
  clicked: { tone: "active", icon: Check },
  // Domains and inboxes
  pending_verification: { tone: "queued", icon: Clock },
  warming: { tone: "active", icon: RefreshCw },
  active: { tone: "completed", icon: Check },
  rotated: { tone: "escalated", icon: RefreshCw },
  retired: { tone: "queued", icon: Ban },
  unavailable: { tone: "queued", icon: Ban },
  working: { tone: "active", icon: Loader },
  waiting: { tone: "queued", icon: Hourglass },
  checked: { tone: "completed", icon: Check },
  unchecked: { tone: "queued", icon: Clock },
  // Anything
  paused: { tone: "escalated", icon: Pause },
  idle: { tone: "queued", icon: CircleDashed },
  operational: { tone: "completed", icon: Check },
  degraded: { tone: "escalated", icon: TriangleAlert },
  error: { tone: "failed", icon: CircleAlert },
};

export const tokenOf = (state: string): Token => TOKENS[state] ?? { tone: "unknown", icon: CircleHelp };

interface StateProps {
  readonly state: string;
  /** Instead of the state's own word. */
  readonly label?: string;
}

/** The state as an icon and a word. */
export const StateBadge = ({ state, label }: StateProps) => {
  const { tone, icon: Icon } = tokenOf(state);
  return (
    <span
      className={classes(
        "inline-flex h-6 items-center gap-1.5 rounded-sm px-2 text-12 font-medium whitespace-nowrap",
        TONES[tone].wash,
        TONES[tone].ink,
      )}
    >
      <Icon aria-hidden size={12} strokeWidth={2.25} />
      {label ?? formatName(state)}
    </span>
  );
};

/** The state as an icon alone, beside a text that names it. */
export const StateIcon = ({ state, size = 14 }: StateProps & { readonly size?: number }) => {
  const { tone, icon: Icon } = tokenOf(state);
  return <Icon aria-hidden size={size} strokeWidth={2.25} className={classes("shrink-0", TONES[tone].ink)} />;
};
