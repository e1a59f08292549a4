import { useId, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { attempt } from '@/features/notices/attempt';
import { live, useLive, useMay } from '@/live';
import { Avatar, Button, Hand, IconButton, X } from '@/ui';
import styles from './HandQueue.module.css';
import { handQueue } from './queue';

/** The raised hands in their order; nothing while there are none. */
export function HandQueue() {
  const { t } = useTranslation(['hands', 'people']);
  const heading = useId();
  const seats = useLive((state) => state.seats);
  const you = useLive((state) => state.you);
  const mayLower = useMay('lowerHands');
  const queue = useMemo(() => handQueue(Object.values(seats)), [seats]);
  if (queue.length === 0) return null;

  const lowerAll = async () => {
    if (await attempt(live.send('hands.lower'))) announce(t('lowerAll.done'));
  };
  return (
    <section className={styles['queue']} aria-labelledby={heading}>
      <div className={styles['head']}>
        <Hand size={16} aria-hidden="true" />
        <h3 id={heading} className={styles['title']}>
          {t('title')}
        </h3>
        {mayLower && (
          <Button size="small" variant="quiet" onPress={() => void lowerAll()}>
            {t('lowerAll')}
          </Button>
        )}
      </div>
      <ol role="list" className={styles['list']}>
        {queue.map((seat, index) => (
          <li key={seat.id} className={styles['row']}>
            <span className={styles['place']} data-numbers aria-hidden="true">
              {index + 1}
            </span>
            <Avatar name={seat.name} size={28} />
            <span className={styles['name']}>
              <bdi>{seat.name}</bdi>
              {seat.id === you && <span className={styles['you']}> ({t('people:you')})</span>}
              <span className="visually-hidden">, {t('place', { place: index + 1 })}</span>
            </span>
            {(mayLower || seat.id === you) && (
              <IconButton
                size="small"
                label={seat.id === you ? t('lower.mine') : t('lower.of', { name: seat.name })}
                tooltip={t('lower')}
                icon={<X size={16} />}
                onPress={() => void attempt(live.send('hand.lower', { seat: seat.id }))}
              />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
