import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { usePreferences } from '@/features/preferences/store';
import { type RecentReaction, useLive, useSeat } from '@/live';
import { cx, useMediaQuery } from '@/ui';
import { kindOf } from './kinds';
import { Picture } from './Picture';
import { place } from './place';
import styles from './Reactions.module.css';

/** Without motion at most so many stand in a row. */
const standing = 5;

/**
 * Reactions rising over their sender's tile, or at the lower left for those
 * who have none on this page. Mount it inside the stage. Screen readers hear
 * of reactions through Notices.
 */
export function ReactionsOverlay() {
  const reactions = useLive((state) => state.reactions);
  const reduced = usePreferences((state) => state.reduceMotion);
  const still = useMediaQuery('(prefers-reduced-motion: reduce)') || reduced;
  const shown = still ? reactions.slice(-standing) : reactions;
  return (
    <ul role="list" className={cx(styles['overlay'], still && styles['still'])} aria-hidden="true">
      {shown.map((reaction) => (
        <Reaction key={reaction.id} reaction={reaction} still={still} />
      ))}
    </ul>
  );
}

const Reaction = memo(function Reaction({ reaction, still }: { reaction: RecentReaction; still: boolean }) {
  const { t } = useTranslation('reactions');
  const mine = useLive((state) => state.you === reaction.seat);
  const seat = useSeat(reaction.seat);
  const kind = kindOf(reaction.kind);
  if (kind === undefined) return null;
  return (
    <li
      ref={(element) => {
        if (element !== null && !still) place(element, reaction);
      }}
      className={styles['reaction']}
    >
      <Picture kind={kind} size="2.5rem" />
      <bdi className={styles['sender']}>{mine ? t('you') : seat?.name}</bdi>
    </li>
  );
});
