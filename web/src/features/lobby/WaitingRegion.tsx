import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { openDialog, useCall } from '@/features/call/store';
import { attempt } from '@/features/notices/attempt';
import { live, useLive } from '@/live';
import {
  Ban,
  Button,
  DoorOpen,
  Ellipsis,
  IconButton,
  Menu,
  MessageSquare,
  SlidersHorizontal,
  UserX,
} from '@/ui';
import { type Answer, AnswerDialog } from './AnswerDialog';
import styles from './Lobby.module.css';
import { WaitingPerson } from './WaitingPerson';

interface Props {
  /** The last one is gone, and with them the button that had the focus. */
  onEmpty: () => void;
}

/** Who waits before the door, and what can be done about it; nothing for who may not admit. */
export function WaitingRegion({ onEmpty }: Props) {
  const { t } = useTranslation('lobby');
  const heading = useId();
  const list = useRef<HTMLUListElement>(null);
  const waiting = useLive((state) => state.gate?.waiting);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const acted = useFocusAfter(list, waiting?.length ?? 0, onEmpty);
  useFocusFirst(list);
  if (waiting === undefined || waiting.length === 0) return null;
  const knocking = waiting.filter(({ reason }) => reason === 'lobby');

  const admitAll = async () => {
    acted(0);
    const { length } = knocking;
    if (await attempt(live.send('lobby.admitAll'))) announce(t('admitAll.done', { count: length }));
  };
  return (
    <section className={styles['region']} aria-labelledby={heading}>
      <div className={styles['head']}>
        <DoorOpen size={16} aria-hidden="true" />
        <h3 id={heading} className={styles['title']}>
          {t('title')}
        </h3>
        <span className={styles['count']} data-numbers>
          <span aria-hidden="true">{waiting.length}</span>
          <span className="visually-hidden">{t('count', { count: waiting.length })}</span>
        </span>
        {knocking.length > 1 && (
          <Button size="small" onPress={() => void admitAll()}>
            {t('admitAll')}
          </Button>
        )}
        <Menu
          label={t('all')}
          trigger={<IconButton size="small" label={t('all')} icon={<Ellipsis size={18} />} />}
          items={[
            {
              id: 'tell',
              label: t('tellAll'),
              icon: <MessageSquare size={18} aria-hidden="true" />,
              onAction: () => setAnswer({ kind: 'tell', waiter: null }),
            },
            {
              id: 'settings',
              label: t('settings'),
              icon: <SlidersHorizontal size={18} aria-hidden="true" />,
              onAction: () => openDialog('moderation'),
            },
            {
              id: 'deny',
              label: t('denyAll'),
              icon: <UserX size={18} aria-hidden="true" />,
              danger: true,
              isDisabled: knocking.length === 0,
              onAction: () => setAnswer({ kind: 'denyAll' }),
            },
          ]}
        />
      </div>
      <ul role="list" ref={list} className={styles['list']} aria-labelledby={heading}>
        {waiting.map((waiter, index) => (
          <WaitingPerson
            key={waiter.id}
            waiter={waiter}
            onAct={() => acted(index)}
            items={[
              {
                id: 'tell',
                label: t('tell'),
                icon: <MessageSquare size={18} aria-hidden="true" />,
                onAction: () => setAnswer({ kind: 'tell', waiter }),
              },
              {
                id: 'deny',
                label: t('deny.words'),
                icon: <UserX size={18} aria-hidden="true" />,
                onAction: () => setAnswer({ kind: 'deny', waiter }),
              },
              {
                id: 'ban',
                label: t('ban'),
                icon: <Ban size={18} aria-hidden="true" />,
                danger: true,
                onAction: () => setAnswer({ kind: 'ban', waiter }),
              },
            ]}
          />
        ))}
      </ul>
      {answer !== null && (
        <AnswerDialog answer={answer} onClose={() => setAnswer(null)} onAct={() => acted(0)} />
      )}
    </section>
  );
}

/** Puts the focus on the first "Admit" when the list was opened for it. */
function useFocusFirst(list: React.RefObject<HTMLUListElement | null>): void {
  useEffect(() => {
    if (!useCall.getState().toWaiting) return;
    useCall.setState({ toWaiting: false });
    const { gate } = useLive.getState();
    const first = gate?.waiting.findIndex(({ reason }) => reason === 'lobby') ?? -1;
    list.current?.children[first]?.querySelector('button')?.focus();
  }, [list]);
}

/**
 * Keeps the focus in the list when the person it was at is gone: with who
 * stands there now. Returns how to say that something is done about a place.
 */
function useFocusAfter(
  list: React.RefObject<HTMLUListElement | null>,
  count: number,
  onEmpty: () => void,
): (place: number) => void {
  const place = useRef<number | null>(null);
  const empty = useRef(onEmpty);
  useEffect(() => {
    empty.current = onEmpty;
  }, [onEmpty]);
  useEffect(() => {
    const at = place.current;
    if (at === null) return;
    place.current = null;
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    const rows = list.current?.children;
    if (rows === undefined || rows.length === 0) empty.current();
    else rows[Math.min(at, rows.length - 1)]?.querySelector('button')?.focus();
  }, [count, list]);
  return (at) => {
    place.current = at;
  };
}
