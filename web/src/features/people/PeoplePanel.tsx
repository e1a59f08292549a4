import { useCallback, useId, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openDialog } from '@/features/call/store';
import { HandQueue } from '@/features/hands';
import { WaitingRegion } from '@/features/lobby';
import { muteEveryone } from '@/features/moderation/commands';
import { type Seat, useLive, useMay, useSomeHidden } from '@/live';
import { Button, Copy, EyeOff, MicOff, SearchField, SlidersHorizontal, toast } from '@/ui';
import { AskedDialog } from './AskedDialog';
import styles from './People.module.css';
import { Machine, Person } from './Person';
import type { Asked } from './PersonMenu';
import { roster } from './roster';

/** So many rows at first and with each "more": a full meeting of 500 opens without a pause. */
const page = 100;

/** From how many people a search field helps more than it takes space. */
const searchFrom = 8;

/** Who is here and what I may do about it. Fills a `filled` side panel. */
export function PeoplePanel() {
  const { t, i18n } = useTranslation('people');
  const heading = useId();
  const title = useRef<HTMLHeadingElement>(null);
  const seats = useLive((state) => state.seats);
  const you = useLive((state) => state.you);
  const [search, setSearch] = useState('');
  const [shown, setShown] = useState(page);
  const [asked, setAsked] = useState<{ action: Asked; seat: Seat } | null>(null);
  const collator = useMemo(() => new Intl.Collator(i18n.language, { sensitivity: 'base' }), [i18n.language]);
  const total = Object.keys(seats).length;
  const found = useMemo(
    () => roster(Object.values(seats), you, search, collator),
    [seats, you, search, collator],
  );
  const searching = search.trim() !== '';
  const onAsk = useCallback((action: Asked, seat: Seat) => setAsked({ action, seat }), []);

  const hidden = useSomeHidden();
  const waits = useLive((state) => (state.gate?.waiting.length ?? 0) > 0);
  const toTitle = useCallback(() => title.current?.focus(), []);

  return (
    <div className={styles['panel']}>
      <div className={styles['tools']}>
        {total >= searchFrom && (
          <SearchField
            label={t('search')}
            placeholder={t('search.placeholder')}
            value={search}
            onChange={(text) => {
              setSearch(text);
              setShown(page);
            }}
            className={styles['search']}
          />
        )}
        <Button
          icon={<Copy size={16} aria-hidden="true" />}
          wide={total < searchFrom}
          onPress={() => void copyLink(t)}
        >
          {t('copyLink')}
        </Button>
      </div>
      <div className={styles['scroller']}>
        {!searching && <WaitingRegion onEmpty={toTitle} />}
        {!searching && <HandQueue />}
        {!searching && <Machines />}
        <h3
          id={heading}
          ref={title}
          tabIndex={-1}
          className={styles['count']}
          aria-live={searching ? 'polite' : 'off'}
          data-numbers
        >
          {t(searching ? 'search.found' : hidden ? 'count.shown' : 'count', { count: found.length })}
        </h3>
        {found.length === 0 && <p className={styles['none']}>{t('search.none')}</p>}
        <ul role="list" aria-labelledby={heading} className={styles['list']}>
          {found.slice(0, shown).map((seat) => (
            <Person key={seat.id} seat={seat} onAsk={onAsk} />
          ))}
        </ul>
        {found.length > shown && (
          <Button wide variant="quiet" onPress={() => setShown(shown + page)}>
            {t('more', { count: Math.min(page, found.length - shown) })}
          </Button>
        )}
        {hidden && (
          <p className={styles['hidden']}>
            <EyeOff size={16} aria-hidden="true" />
            {t('hidden')}
          </p>
        )}
        {total === 1 && !hidden && !waits && <p className={styles['none']}>{t('alone')}</p>}
      </div>
      <Foot />
      {asked !== null && (
        <AskedDialog
          action={asked.action}
          // The name and the rights as they are now, not as they were when the dialog opened.
          seat={seats[asked.seat.id] ?? asked.seat}
          onClose={() => setAsked(null)}
          onDone={toTitle}
        />
      )}
    </div>
  );
}

/** Who is here without being a person, before the people and not counted among them. */
function Machines() {
  const { t } = useTranslation('recording');
  const machines = useLive((state) => state.machines);
  if (machines.length === 0) return null;
  return (
    <ul role="list" aria-label={t('machines')} className={styles['list']}>
      {machines.map((machine) => (
        <Machine key={machine.id} machine={machine} />
      ))}
    </ul>
  );
}

function Foot() {
  const { t } = useTranslation('moderation');
  const mayMute = useMay('mute');
  const maySet = useMay('setPolicy');
  if (!mayMute && !maySet) return null;
  return (
    <div className={styles['foot']}>
      {mayMute && (
        <Button icon={<MicOff size={16} aria-hidden="true" />} onPress={() => void muteEveryone()}>
          {t('muteAll')}
        </Button>
      )}
      {maySet && (
        <Button
          icon={<SlidersHorizontal size={16} aria-hidden="true" />}
          onPress={() => openDialog('moderation')}
        >
          {t('open')}
        </Button>
      )}
    </div>
  );
}

/** The link anybody may come in with, without the secret of one's own role. */
function attendeeLink(): string {
  return `${location.origin}/m/${useLive.getState().meeting?.id ?? ''}`;
}

async function copyLink(t: (key: 'copyLink.done' | 'copyLink.failed') => string): Promise<void> {
  try {
    await navigator.clipboard.writeText(attendeeLink());
    toast.show(t('copyLink.done'), { tone: 'success' });
  } catch {
    toast.show(t('copyLink.failed'), { tone: 'warning' });
  }
}
