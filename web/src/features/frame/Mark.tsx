/** Mark is the product's sign: seats around a speaker. */
export function Mark({ className }: { className?: string | undefined }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeWidth="2.6" strokeLinecap="round">
        <path d="M6.5 20.5a9.5 9.5 0 0 1 19 0" />
        <path d="M11.5 20.5a4.5 4.5 0 0 1 9 0" />
      </g>
      <circle cx="16" cy="21.2" r="1.9" fill="var(--on-accent)" />
    </svg>
  );
}
