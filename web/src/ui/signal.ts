import { createLucideIcon } from 'lucide-react';

// Lucide leaves out the bars that are missing; at 14 px the one that is left is a speck. Here they stay, faintly.
const faint = 0.4;
const strokeWidth = 4;

/** One bar of three: the network is weak. */
export const SignalPoor = createLucideIcon('signal-poor', [
  ['path', { d: 'M4 20v-4', strokeWidth, key: 'low' }],
  ['path', { d: 'M12 20v-9', strokeWidth, opacity: faint, key: 'middle' }],
  ['path', { d: 'M20 20V5', strokeWidth, opacity: faint, key: 'high' }],
]);

/** No bar of three, struck through: the network is gone. */
export const SignalLost = createLucideIcon('signal-lost', [
  ['path', { d: 'M4 20v-4', strokeWidth, opacity: faint, key: 'low' }],
  ['path', { d: 'M12 20v-9', strokeWidth, opacity: faint, key: 'middle' }],
  ['path', { d: 'M20 20V5', strokeWidth, opacity: faint, key: 'high' }],
  ['path', { d: 'm3 3 18 18', strokeWidth: 3, key: 'stroke' }],
]);

/** The sign of recorders: a ring with a full dot in it. */
export const RecordSign = createLucideIcon('record', [
  ['circle', { cx: 12, cy: 12, r: 10, key: 'ring' }],
  ['circle', { cx: 12, cy: 12, r: 4.5, fill: 'currentColor', key: 'dot' }],
]);
