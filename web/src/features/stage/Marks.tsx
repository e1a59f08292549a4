/** The small signs on a tile. Each has words; none speaks by colour alone. */
import { useTranslation } from 'react-i18next';
import { useLive, useSeat } from '@/live';
import { useMuted, useQuality, useTracks } from '@/room';
import { Hand, MicOff, Pin, SignalLost, SignalPoor, Star, Unplug } from '@/ui';
import { useCall } from '@/features/call/store';
import styles from './Tile.module.css';

interface MarkProps {
  readonly label: string;
  readonly tone?: 'plain' | 'warning' | 'hand';
  readonly children: React.ReactNode;
}

function Mark({ label, tone = 'plain', children }: MarkProps): React.JSX.Element {
  return (
    <span className={styles['mark']} data-tone={tone} role="img" aria-label={label} title={label}>
      {children}
    </span>
  );
}

/** Where this seat stands in the queue of raised hands, 0 for not at all. */
function useHandPlace(seat: string): number {
  return useLive((state) => {
    const raised = state.seats[seat]?.hand ?? 0;
    if (raised === 0) {
      return 0;
    }
    return state.order.filter((id) => {
      const other = state.seats[id]?.hand ?? 0;
      return other > 0 && other <= raised;
    }).length;
  });
}

/** Beside the name: whether one is heard. */
export function NameMarks({ seat }: { readonly seat: string }): React.JSX.Element | null {
  const { t } = useTranslation('stage');
  const silent = useMuted(seat, 'microphone');
  if (!silent) {
    return null;
  }
  return (
    <span role="img" aria-label={t('muted')} title={t('muted')}>
      <MicOff size={14} />
    </span>
  );
}

/** In the corner: hand, lost connection, weak network, pinned, shown to all. */
export function CameraMarks({ seat }: { readonly seat: string }): React.JSX.Element {
  const { t } = useTranslation('stage');
  const place = useHandPlace(seat);
  const away = useSeat(seat)?.away === true;
  const quality = useQuality(seat);
  const paused = useTracks(seat).camera?.paused === true;
  const pinned = useCall((state) => state.pinned.includes(seat));
  const spotlit = useLive((state) => state.spotlight === seat);
  return (
    <div className={styles['marks']}>
      {place > 0 && (
        <Mark tone="hand" label={t('hand', { place })}>
          <Hand size={16} />
          <span aria-hidden="true">{place}</span>
        </Mark>
      )}
      {pinned && (
        <Mark label={t('pinned')}>
          <Pin size={14} />
        </Mark>
      )}
      {spotlit && (
        <Mark label={t('spotlit')}>
          <Star size={14} />
        </Mark>
      )}
      {away && (
        <Mark tone="warning" label={t('away')}>
          <Unplug size={14} />
        </Mark>
      )}
      {!away && quality === 'lost' && (
        <Mark tone="warning" label={t('quality.lost')}>
          <SignalLost size={14} />
        </Mark>
      )}
      {!away && (quality === 'poor' || paused) && (
        <Mark tone="warning" label={paused ? t('paused') : t('quality.poor')}>
          <SignalPoor size={14} />
        </Mark>
      )}
    </div>
  );
}
