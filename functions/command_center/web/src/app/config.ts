/** What the page is told by the function that serves it: where its Supabase project is, and the key everybody may know. */
const told = (name: string): string => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";

export const config = {
  supabaseUrl: told("supabase-url"),
  publishableKey: told("publishable-key"),
  apiUrl: "/api/rex",
} as const;
