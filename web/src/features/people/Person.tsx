import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useCall } from '@/features/call/store';
import { type Seat, useLive } from '@/live';
import { answerOf, runs } from '@/features/recording/state';
import { useMuted, useQuality } from '@/room';
import {
  Avatar,
  CircleCheck,
  RecordSign,
  CircleQuestionMark,
  CircleSlash,
  cx,
  Mic,
  MicOff,
  MonitorUp,
  Pin,
  SignalPoor,
  Star,
  Unplug,
  Video,
  VideoOff,
} from '@/ui';
import { moderates, roleOf } from './authority';
import styles from './People.module.css';
import { type Asked, PersonMenu } from './PersonMenu';

/** Something is different for this person than the rules say for everyone. */
function excepted({ exceptions }: Seat): boolean {
  return exceptions !== undefined && exceptions.allow.length + exceptions.deny.length > 0;
}

interface Props {
  seat: Seat;
  onAsk: (action: Asked, seat: Seat) => void;
}

/** One person in the list: who it is, what they send, and what can be done. */
export const Person = memo(function Person({ seat, onAsk }: Props) {
  const { t } = useTranslation('people');
  const { t: common } = useTranslation('common');
  const mine = useLive((state) => state.you === seat.id);
  return (
    <li className={cx(styles['person'], seat.away && styles['away'])}>
      <Avatar name={seat.name} size={36} />
      <div className={styles['words']}>
        <p className={styles['name']}>
          <bdi>{seat.name}</bdi>
          {mine && <span className={styles['soft']}>({t('you')})</span>}
        </p>
        <p className={cx(styles['role'], styles['soft'])}>
          {seat.away ? t('state.away') : common(`role.${roleOf(seat.role)}`)}
          {!seat.away && seat.guest && ` · ${t('guest')}`}
          {!seat.away && excepted(seat) && ` · ${t('ownRights')}`}
        </p>
      </div>
      <Marks seat={seat} />
      <PersonMenu seat={seat} onAsk={onAsk} />
    </li>
  );
});

function Mark({ icon: Icon, label, tone }: { icon: typeof Mic; label: string; tone?: 'live' | 'warning' }) {
  return (
    <span role="img" aria-label={label} title={label} className={cx(styles['mark'], tone && styles[tone])}>
      <Icon size={16} aria-hidden="true" />
    </span>
  );
}

/** A participant that is no person. It can do nothing, and nothing can be done about it. */
export function Machine({ machine }: { machine: Seat }) {
  const { t } = useTranslation('recording');
  return (
    <li className={styles['person']}>
      <span className={styles['machine']}>
        <RecordSign size={20} aria-hidden="true" />
      </span>
      <div className={styles['words']}>
        <p className={styles['name']}>{t(machine.machine === 'recorder' ? 'recorder' : 'machine')}</p>
        <p className={cx(styles['role'], styles['soft'])}>{t('machine')}</p>
      </div>
    </li>
  );
}

const answers = { yes: CircleCheck, no: CircleSlash, asked: CircleQuestionMark } as const;

/** Whether they agreed to be recorded; only moderators are told. */
function ConsentMark({ seat }: { seat: Seat }) {
  const { t } = useTranslation('recording');
  const told = useLive(
    (state) => runs(state.recording) && moderates(roleOf(state.seats[state.you]?.role ?? '')),
  );
  if (!told) return null;
  const answer = answerOf(seat.consent ?? '');
  return (
    <Mark
      icon={answers[answer]}
      label={t(`seat.${answer}`)}
      {...(answer === 'yes' ? { tone: 'live' as const } : {})}
    />
  );
}

function Marks({ seat }: { seat: Seat }) {
  const { t } = useTranslation('people');
  const muted = useMuted(seat.id, 'microphone');
  const cameraOff = useMuted(seat.id, 'camera');
  const quality = useQuality(seat.id);
  const spotlit = useLive((state) => state.spotlight === seat.id);
  const pinned = useCall((state) => state.pinned.includes(seat.id));
  if (seat.away) {
    return (
      <div className={styles['marks']}>
        <ConsentMark seat={seat} />
        <Mark icon={Unplug} label={t('state.away')} tone="warning" />
      </div>
    );
  }
  return (
    <div className={styles['marks']}>
      <ConsentMark seat={seat} />
      {quality !== 'good' && quality !== 'unknown' && (
        <Mark icon={SignalPoor} label={t('state.poor')} tone="warning" />
      )}
      {pinned && <Mark icon={Pin} label={t('state.pinned')} />}
      {spotlit && <Mark icon={Star} label={t('state.spotlight')} />}
      {seat.sharing && <Mark icon={MonitorUp} label={t('state.sharing')} tone="live" />}
      {/* A viewer sends nothing, so there is nothing to be off. */}
      {seat.role !== 'viewer' && (
        <>
          <Mark
            icon={cameraOff ? VideoOff : Video}
            label={t(cameraOff ? 'state.cameraOff' : 'state.cameraOn')}
          />
          <Mark
            icon={muted ? MicOff : Mic}
            label={t(muted ? 'state.muted' : 'state.unmuted')}
            {...(muted ? {} : { tone: 'live' as const })}
          />
        </>
      )}
    </div>
  );
}
