/** The bar below the stage: everything one needs in a call, where the hand expects it. */
import { useTranslation } from 'react-i18next';
import { camera, chat, layout, microphone, people, raiseHand, share } from '@/features/call/actions';
import { useAction } from '@/features/call/perform';
import { knocking } from '@/features/lobby/knocking';
import { ReactionsMenu } from '@/features/reactions';
import { RecordMenu } from '@/features/recording';
import { useLive, useSomeHidden } from '@/live';
import { Lock, useIsPhone } from '@/ui';
import { ActionButton } from './ActionButton';
import styles from './Bar.module.css';
import { Clock } from './Clock';
import { DeviceMenu } from './DeviceMenu';
import { LeaveButton } from './LeaveButton';
import { MoreMenu } from './MoreMenu';

export function Bar(): React.JSX.Element {
  const { t } = useTranslation('bar');
  const phone = useIsPhone();
  return (
    <div className={styles['bar']} role="toolbar" aria-label={t('bar')}>
      {!phone && <Title />}
      <div className={styles['buttons']}>
        <Device kind="audio" phone={phone} />
        <Device kind="video" phone={phone} />
        {!phone && <ActionButton action={share} />}
        <ActionButton action={raiseHand} className={styles['hand']} />
        <ReactionsMenu className={styles['button']} />
        {!phone && <RecordMenu className={styles['button']} />}
        {!phone && (
          <>
            <span className={styles['rule']} />
            <Panels />
          </>
        )}
        <MoreMenu phone={phone} />
        <LeaveButton />
      </div>
      {!phone && <Marks />}
    </div>
  );
}

function Device({
  kind,
  phone,
}: {
  readonly kind: 'audio' | 'video';
  readonly phone: boolean;
}): React.JSX.Element {
  const action = kind === 'audio' ? microphone : camera;
  const { pressed } = useAction(action);
  return (
    <span className={styles['split']} data-off={pressed !== true}>
      <ActionButton action={action} className={styles['device']} />
      {!phone && <DeviceMenu kind={kind} />}
    </span>
  );
}

function Panels(): React.JSX.Element {
  const { t } = useTranslation('bar');
  const unread = useLive((state) => state.unread);
  const here = useLive((state) => state.order.length);
  const waiting = useLive((state) => knocking(state).length);
  const hidden = useSomeHidden();
  const shown = t(hidden ? 'people.shown' : 'people.here', { count: here });
  return (
    <>
      <ActionButton action={chat} counted={unread > 0 ? t('chat.unread', { count: unread }) : undefined} />
      <ActionButton
        action={people}
        className={styles['people']}
        counted={waiting === 0 ? shown : `${t('people.waiting', { count: waiting })}, ${shown}`}
      />
    </>
  );
}

function Title(): React.JSX.Element {
  const name = useLive((state) => state.meeting?.name ?? '');
  return (
    <div className={styles['title']}>
      <Clock />
      <span className={styles['name']} title={name}>
        {name}
      </span>
    </div>
  );
}

/** What the meeting is at the moment, in signs with words. */
function Marks(): React.JSX.Element {
  const { t } = useTranslation('bar');
  const locked = useLive((state) => state.locked);
  return (
    <div className={styles['marks']}>
      {locked && (
        <span className={styles['mark']}>
          <Lock size={16} aria-hidden="true" />
          <span className={styles['markWords']}>{t('locked')}</span>
        </span>
      )}
      <ActionButton action={layout} />
    </div>
  );
}
