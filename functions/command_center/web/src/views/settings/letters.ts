/** The steps of a campaign as the form edits them; pure. */
import type { Campaign } from "../../services/campaigns.ts";
import type { Schemas } from "../../types/api.ts";

export type Angle = Schemas["Angle"];
export type Template = Schemas["WrittenTemplate"];

/** A message as the form edits it: for everybody, and for some readers in another way. */
export interface Step {
  readonly delay_hours: number;
  readonly templates: Schemas["Templates"];
}

export const stepsOf = (campaign: Campaign | null): readonly Step[] =>
  campaign?.steps.length ? (campaign.steps as readonly { delay_hours: number; templates: object }[] as readonly Step[]) : [FIRST_STEP];

export const MOST_STEPS = 5;
export const ANGLES: readonly { readonly angle: Angle; readonly label: string }[] = [
  { angle: "default", label: "For everybody" },
  { angle: "returning_customer", label: "For returning customers" },
  { angle: "decision_maker", label: "For decision makers" },
  { angle: "long_dormant", label: "For the long dormant" },
  { angle: "recent", label: "For recent contacts" },
];

/** A first letter to begin with; a person makes it theirs. */
export const FIRST_STEP: Step = {
  delay_hours: 0,
  templates: {
    default: {
      subject: "{{ lead.first_name or 'Hello' }}, is this still on your list?",
      text: "Hello {{ lead.first_name or 'there' }},\n\nwe were in touch some time ago, and I wanted to tell you what is new: {{ offer }}\n\n{{ call_to_action }}: {{ link }}\n\n{{ sender_name }}\n{{ company }}",
    },
  },
};

export const NEXT_STEP: Step = {
  delay_hours: 72,
  templates: {
    default: {
      subject: "A last word from me",
      text: "Hello {{ lead.first_name or 'there' }},\n\nmy last message may have come at a bad time. {{ call_to_action }}: {{ link }}\n\nIf it is not for you, you need not answer.\n\n{{ sender_name }}\n{{ company }}",
    },
  },
};

export const withStep = (steps: readonly Step[], at: number, change: Partial<Step>): Step[] =>
  steps.map((step, index) => (index === at ? { ...step, ...change } : step));

/** A template changed; one whose subject and text are both empty is taken away, save the default one. */
export const withTemplate = (step: Step, angle: Angle, change: Partial<Template>): Step => {
  const template = { subject: "", text: "", ...step.templates[angle], ...change };
  const { [angle]: _, ...others } = step.templates;
  const gone = angle !== "default" && !template.subject.trim() && !template.text.trim();
  return { ...step, templates: (gone ? others : { ...others, [angle]: template }) as Step["templates"] };
};

/** What a template may say. */
export const VARIABLES: readonly string[] = [
  "lead.first_name",
  "lead.last_name",
  "lead.company",
  "lead.title",
  "lead.country",
  "offer",
  "sender_name",
  "call_to_action",
  "link",
  "company",
];
