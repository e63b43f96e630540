/** The channels of an account, as DESIGN section 7 names them. */
export const CHANNELS = ["missions", "agents", "domains", "analytics", "errors", "system"] as const;
export type Channel = (typeof CHANNELS)[number];
