import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { faultText } from '@/i18n';
import { FullPageMessage, type FullPageMessageProps } from '@/features/frame';
import {
  Ban,
  Button,
  CalendarClock,
  CalendarX2,
  CircleAlert,
  CircleCheck,
  CopyX,
  DoorClosed,
  DoorOpen,
  Globe,
  Link2Off,
  RotateCw,
  UserMinus,
  Users,
  WifiOff,
} from '@/ui';
import styles from './Ending.module.css';
import { endingOf, mayComeBack, type EndingKind } from './reason';

export interface EndingProps {
  /** The live channel's last word ("left", "removed", …) or a fault code ("meeting.locked"). */
  reason: string;
  meetingName?: string | undefined;
  /** Whose meeting it is, beside the mark. */
  organisation?: string | undefined;
  /** What whoever runs the meeting wrote with it, plain. */
  words?: string | undefined;
  /** Enters the meeting again; shown where that can work. */
  onRejoin?: (() => void) | undefined;
}

const looks: Record<EndingKind, { icon: typeof Users; tone: NonNullable<FullPageMessageProps['tone']> }> = {
  left: { icon: DoorOpen, tone: 'good' },
  ended: { icon: CircleCheck, tone: 'good' },
  over: { icon: DoorClosed, tone: 'calm' },
  removed: { icon: UserMinus, tone: 'calm' },
  lost: { icon: WifiOff, tone: 'warning' },
  replaced: { icon: CopyX, tone: 'calm' },
  not_found: { icon: Link2Off, tone: 'calm' },
  link: { icon: Link2Off, tone: 'calm' },
  locked: { icon: DoorClosed, tone: 'calm' },
  full: { icon: Users, tone: 'warning' },
  browser: { icon: Globe, tone: 'warning' },
  draining: { icon: RotateCw, tone: 'calm' },
  updated: { icon: RotateCw, tone: 'calm' },
  left_line: { icon: DoorOpen, tone: 'good' },
  denied: { icon: DoorClosed, tone: 'calm' },
  banned: { icon: Ban, tone: 'calm' },
  revoked: { icon: Link2Off, tone: 'calm' },
  expired: { icon: CalendarX2, tone: 'calm' },
  not_yet: { icon: CalendarClock, tone: 'calm' },
  used_up: { icon: Link2Off, tone: 'calm' },
};

/** Ending is the page after a meeting, or instead of it. */
export function Ending({ reason, meetingName, organisation, words = '', onRejoin }: EndingProps) {
  const { t } = useTranslation('ending');
  const { t: common } = useTranslation('common');
  const [, navigate] = useLocation();
  const kind = endingOf(reason);
  const { icon: Icon, tone } = kind ? looks[kind] : { icon: CircleAlert, tone: 'warning' as const };
  const back = kind === undefined || mayComeBack(kind) ? onRejoin : undefined;
  return (
    <FullPageMessage
      title={t(kind ? `${kind}.title` : 'failed.title')}
      over={meetingName}
      organisation={organisation}
      icon={<Icon size={40} strokeWidth={1.5} />}
      tone={tone}
      actions={
        <>
          {back && (
            <Button
              // Somebody sent away is not urged to knock again.
              variant={kind === 'denied' ? 'secondary' : 'primary'}
              size="large"
              icon={<RotateCw size={18} aria-hidden="true" />}
              onPress={back}
            >
              {t(kind === 'left' || kind === 'left_line' ? 'rejoin' : 'again')}
            </Button>
          )}
          {kind === 'updated' && (
            <Button variant="primary" size="large" onPress={() => window.location.reload()}>
              {common('reload')}
            </Button>
          )}
          <Button size="large" onPress={() => navigate('/')}>
            {common('toHome')}
          </Button>
        </>
      }
    >
      {words !== '' && (
        <blockquote className={styles['words']}>
          <p>{words}</p>
          <footer>{t('words')}</footer>
        </blockquote>
      )}
      <p>{kind ? t(`${kind}.text`) : faultText(reason)}</p>
    </FullPageMessage>
  );
}
