import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { usePreferences } from '@/features/preferences/store';
import { useLive } from '@/live';
import { cx, useMediaQuery } from '@/ui';
import { kindOf, picture } from './kinds';
import styles from './Reactions.module.css';

/** Beside so many others a reaction can still be told apart; it rises in one of so many lanes. */
const lanes = 5;

/** Without motion at most so many stand in a row. */
const standing = 5;

/**
 * Reactions rising at the lower left of the stage, each with its sender's
 * name. Screen readers hear of them through Notices.
 */
export function ReactionsOverlay() {
  const { t } = useTranslation('reactions');
  const reactions = useLive((state) => state.reactions);
  const seats = useLive((state) => state.seats);
  const you = useLive((state) => state.you);
  const reduced = usePreferences((state) => state.reduceMotion);
  const still = useMediaQuery('(prefers-reduced-motion: reduce)') || reduced;
  const shown = still ? reactions.slice(-standing) : reactions;
  return (
    <ul role="list" className={cx(styles['overlay'], still && styles['still'])} aria-hidden="true">
      {shown.map(({ id, seat, kind: name }) => {
        const kind = kindOf(name);
        if (kind === undefined) return null;
        return (
          <li key={id} className={styles['reaction']} style={{ '--lane': id % lanes } as CSSProperties}>
            <span className={styles['picture']}>{picture(kind)}</span>
            <bdi className={styles['sender']}>{seat === you ? t('you') : seats[seat]?.name}</bdi>
          </li>
        );
      })}
    </ul>
  );
}
