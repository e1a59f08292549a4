import { type ComponentType, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Meeting } from '@/api';
import {
  Ban,
  Button,
  ChevronLeft,
  ChevronRight,
  Clapperboard,
  Crown,
  Dialog,
  DoorOpen,
  Link2,
  Settings,
  ShieldCheck,
  SlidersHorizontal,
} from '@/ui';
import { Access } from './Access';
import { Attendees } from './Attendees';
import { Bans } from './Bans';
import styles from './Gate.module.css';
import { General } from './General';
import { HostPin } from './HostPin';
import { Links } from './Links';
import { modeOf } from './LobbyFields';
import { useBans, useInvites } from './queries';
import { RecordingPart } from './RecordingPart';
import { Roles } from './Roles';
import { type Section, type SectionProps, sections, switchedOff } from './section';

const parts: Readonly<Record<Section, { icon: typeof Ban; content: ComponentType<SectionProps> }>> = {
  general: { icon: Settings, content: General },
  access: { icon: DoorOpen, content: Access },
  links: { icon: Link2, content: Links },
  roles: { icon: ShieldCheck, content: Roles },
  policy: { icon: SlidersHorizontal, content: Attendees },
  recording: { icon: Clapperboard, content: RecordingPart },
  pin: { icon: Crown, content: HostPin },
  bans: { icon: Ban, content: Bans },
};

/** All that can be set about a meeting: first how it stands, in words; then one part at a time. */
export default function MeetingSettings({ meeting, onClose }: { meeting: Meeting; onClose: () => void }) {
  const { t } = useTranslation('gate');
  const [section, setSection] = useState<Section | null>(null);
  return (
    <Dialog isOpen onOpenChange={onClose} title={t('title')}>
      {section === null ? (
        <Overview meeting={meeting} onOpen={setSection} />
      ) : (
        <Part section={section} meeting={meeting} onBack={() => setSection(null)} />
      )}
    </Dialog>
  );
}

/** Where the focus returns to after a part was looked at. */
let lastOpened: Section | null = null;

function Overview({ meeting, onOpen }: SectionProps & { onOpen: (section: Section) => void }) {
  const { t } = useTranslation('gate');
  const list = useRef<HTMLUListElement>(null);
  const summaries = useSummaries(meeting);
  useEffect(() => {
    if (lastOpened !== null) {
      list.current?.querySelectorAll('button')[sections.indexOf(lastOpened)]?.focus();
      lastOpened = null;
    }
  }, []);
  return (
    <ul role="list" ref={list} className={styles['overview']}>
      {sections.map((section) => {
        const { icon: Icon } = parts[section];
        return (
          <li key={section} className={styles['entry']}>
            <button
              type="button"
              className={styles['open']}
              onClick={() => {
                lastOpened = section;
                onOpen(section);
              }}
            >
              <Icon size={20} aria-hidden="true" />
              <span className={styles['entryWords']}>
                <span className={styles['entryTitle']}>{t(`section.${section}`)}</span>
                <span className={styles['summary']}>{summaries[section]}</span>
              </span>
              <ChevronRight size={18} aria-hidden="true" />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Part({ section, meeting, onBack }: SectionProps & { section: Section; onBack: () => void }) {
  const { t } = useTranslation('gate');
  const heading = useRef<HTMLHeadingElement>(null);
  const { content: Content } = parts[section];
  useEffect(() => {
    const dialog = heading.current?.closest('[role=dialog]');
    // A part may begin in a field; otherwise a screen reader begins at its heading.
    if (document.activeElement === dialog || document.activeElement === document.body)
      heading.current?.focus();
  }, []);
  return (
    <div className={styles['section']}>
      <div>
        <Button
          variant="quiet"
          size="small"
          className={styles['back']}
          icon={<ChevronLeft size={18} aria-hidden="true" />}
          onPress={onBack}
        >
          {t('back')}
        </Button>
        <h3 ref={heading} tabIndex={-1} className={styles['heading']}>
          {t(`section.${section}`)}
        </h3>
      </div>
      <Content meeting={meeting} />
    </div>
  );
}

/** How each part stands, in a few words. */
function useSummaries(meeting: Meeting): Record<Section, string> {
  const { t } = useTranslation('gate');
  const invites = useInvites(meeting.id);
  const bans = useBans(meeting.id);
  const off = switchedOff(meeting);
  const links = (invites.data ?? []).filter(({ personal, revoked }) => personal && !revoked).length;
  const access = [
    t(`summary.lobby.${modeOf(meeting.lobby)}`),
    ...(meeting.passcodeSet ? [t('summary.passcode')] : []),
    ...(meeting.accountRequired ? [t('summary.account')] : []),
    ...(meeting.newcomers === 'viewer' ? [t('summary.viewers')] : []),
  ];
  const banned = bans.data?.length ?? 0;
  return {
    general: meeting.name,
    access: access.join(' · '),
    links: links === 0 ? t('summary.links.none') : t('summary.links', { count: links }),
    roles:
      meeting.roles.length === 0
        ? t('summary.roles.none')
        : t('summary.roles', { count: meeting.roles.length }),
    policy: off === 0 ? t('summary.policy.all') : t('summary.policy', { count: off }),
    recording: [
      t(`summary.record.${meeting.policy.recordStart === '' ? 'nobody' : meeting.policy.recordStart}`),
      t(`summary.watch.${meeting.recording.sharing.with}`),
    ].join(' · '),
    pin: t(meeting.hostPinSet ? 'summary.pin' : 'summary.pin.none'),
    bans: banned === 0 ? t('summary.bans.none') : t('summary.bans', { count: banned }),
  };
}
