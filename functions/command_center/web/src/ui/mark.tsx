/** The mark of REX. */
export const Mark = () => (
  <svg aria-hidden viewBox="0 0 32 32" className="size-6 shrink-0">
    <rect width="32" height="32" rx="8" className="fill-accent" />
    <path
      d="M10 23V9h6.5a4.5 4.5 0 0 1 0 9H10m6.5 0 5 5"
      fill="none"
      className="stroke-on-accent"
      strokeWidth="3"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  </svg>
);
