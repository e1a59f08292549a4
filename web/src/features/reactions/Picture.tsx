import type { ReactNode } from 'react';
import { Heart, ThumbsDown, ThumbsUp, Turtle } from '@/ui';
import type { Kind } from './kinds';
import styles from './Reactions.module.css';

/**
 * The reactions are drawn here rather than written as emoji: they look the
 * same on every device, also on one that has no emoji font. Their colours are
 * their own in every theme, as a picture's are.
 */
const skin = '#ffcb4c';
const ink = '#6a4200';
const line = { stroke: ink, strokeWidth: 1.25, strokeLinecap: 'round', strokeLinejoin: 'round' } as const;
const filled = { strokeWidth: 1.5, absoluteStrokeWidth: false } as const;

function Drawing({ children, size }: { children: ReactNode; size: number | string }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} fill="none" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

function Face({ children, size }: { children: ReactNode; size: number | string }) {
  return (
    <Drawing size={size}>
      <circle cx="12" cy="12" r="10" fill={skin} {...line} />
      {children}
    </Drawing>
  );
}

const palm = (
  <g fill={skin} {...line}>
    <rect x="6" y="4" width="3.1" height="10" rx="1.55" />
    <rect x="9.1" y="2.4" width="3.1" height="11" rx="1.55" />
    <rect x="12.2" y="3" width="3.1" height="10" rx="1.55" />
    <rect x="15.3" y="5" width="3.1" height="9" rx="1.55" />
    <path d="M6 11.5v3l-2-2.6a1.6 1.6 0 0 0-2.5 2l4 5.4A6.6 6.6 0 0 0 18.4 16v-4.5Z" />
  </g>
);

const drawings: Readonly<Record<Kind, (size: number | string) => ReactNode>> = {
  'thumbs-up': (size) => <ThumbsUp size={size} fill={skin} stroke={ink} {...filled} aria-hidden="true" />,
  'thumbs-down': (size) => <ThumbsDown size={size} fill={skin} stroke={ink} {...filled} aria-hidden="true" />,
  heart: (size) => <Heart size={size} fill="#e5344b" stroke="#8c1226" {...filled} aria-hidden="true" />,
  slower: (size) => <Turtle size={size} fill="#6cc06a" stroke="#1f5130" {...filled} aria-hidden="true" />,
  clap: (size) => (
    <Drawing size={size}>
      <g transform="translate(7.4 2.6) rotate(18 10 12) scale(0.72)">{palm}</g>
      <g transform="translate(1 6.2) rotate(-14 10 12) scale(0.76)">{palm}</g>
      <path
        d="M4.5 5.5 3 3.5M8.5 3.8 8.2 1.4M12.3 4.2l1.2-2"
        stroke="#f08c2e"
        strokeWidth="1.4"
        strokeLinecap="round"
      />
    </Drawing>
  ),
  laugh: (size) => (
    <Face size={size}>
      <path d="M6.4 9.8q1.4-2.2 2.8 0M14.8 9.8q1.4-2.2 2.8 0" {...line} strokeWidth="1.5" />
      <path d="M6.2 13h11.6a5.8 5.8 0 0 1-11.6 0Z" fill="#5f1d12" {...line} />
      <path d="M9 17.6a4.4 4.4 0 0 1 6 0 5.8 5.8 0 0 1-6 0Z" fill="#ff7a6b" />
    </Face>
  ),
  surprised: (size) => (
    <Face size={size}>
      <circle cx="8.4" cy="10" r="1.4" fill={ink} />
      <circle cx="15.6" cy="10" r="1.4" fill={ink} />
      <path d="M6.6 6.6q1.6-1.3 3 -.4M14.4 6.2q1.6-.8 3 .4" {...line} />
      <ellipse cx="12" cy="16" rx="2.5" ry="3" fill="#5f1d12" />
    </Face>
  ),
  celebrate: (size) => (
    <Drawing size={size}>
      <path d="M6.4 9.6 2.2 21.8l12.2-4.2Z" fill={skin} {...line} />
      <path d="M5 13.6l5.4 5.4M3.7 17.4l2.9 2.9" stroke="#e5344b" strokeWidth="1.4" />
      <path d="M6.4 9.6c1.2-1 8.9 6.7 8 8-1.2 1-8.9-6.7-8-8Z" fill="#f08c2e" {...line} />
      <path
        d="M12.5 9.500c2.6-.6 1-3 2.6-4.400s2.4.2 4.4-2.3"
        stroke="#4a7ddb"
        strokeWidth="1.5"
        strokeLinecap="round"
      />
      <path
        d="M15 13c1.5-1.6 3 .4 4.3-.8s1.2-.6 2.5-.3"
        stroke="#3f9a55"
        strokeWidth="1.5"
        strokeLinecap="round"
      />
      <path
        d="M9.5 7.500c.4-1.5-1.1-2-.4-3.500s.2-1.3.5-2"
        stroke="#e5344b"
        strokeWidth="1.5"
        strokeLinecap="round"
      />
      <circle cx="4.5" cy="5" r="1.1" fill="#4a7ddb" />
      <circle cx="20" cy="7.5" r="1.1" fill="#e5344b" />
      <circle cx="19.5" cy="17.5" r="1.1" fill="#f08c2e" />
      <circle cx="13.5" cy="2.4" r="1" fill="#3f9a55" />
    </Drawing>
  ),
};

/** The picture of a reaction; decoration, its name stands beside it or in the label. */
export function Picture({ kind, size = 28 }: { kind: Kind; size?: number | string }) {
  return <span className={styles['drawing']}>{drawings[kind](size)}</span>;
}
