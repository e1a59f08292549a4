import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { useCall } from '@/features/call/store';
import { attempt } from '@/features/notices/attempt';
import { runs } from '@/features/recording/state';
import { type Seat, useLive, useMe } from '@/live';
import { useMuted } from '@/room';
import {
  RecordSign,
  Crown,
  Ear,
  Ellipsis,
  Eye,
  Hand,
  IconButton,
  KeyRound,
  Menu,
  MessageSquare,
  MicOff,
  MonitorX,
  Pencil,
  Pin,
  PinOff,
  Presentation,
  ShieldCheck,
  ShieldMinus,
  Star,
  StarOff,
  toast,
  useIsPhone,
  UserRound,
  UserX,
  VideoOff,
} from '@/ui';
import { type PersonAction, personActions } from './personActions';
import { runPersonAction } from './run';

const icons: Readonly<Record<PersonAction, typeof MicOff>> = {
  mute: MicOff,
  askUnmute: Ear,
  stopCamera: VideoOff,
  stopShare: MonitorX,
  lowerHand: Hand,
  spotlight: Star,
  unspotlight: StarOff,
  pin: Pin,
  unpin: PinOff,
  'role.owner': Crown,
  'role.moderator': ShieldCheck,
  'role.presenter': Presentation,
  'role.attendee': UserRound,
  'role.viewer': Eye,
  write: MessageSquare,
  rename: Pencil,
  rights: KeyRound,
  stepDown: ShieldMinus,
  consent: RecordSign,
  remove: UserX,
};

/** What cannot be taken back with one press, or needs more than one, is asked in a dialog. */
export type Asked = 'remove' | 'role.owner' | 'stepDown' | 'rename' | 'rights';

const asked: ReadonlySet<PersonAction> = new Set<Asked>([
  'remove',
  'role.owner',
  'stepDown',
  'rename',
  'rights',
]);

function isAsked(action: PersonAction): action is Asked {
  return asked.has(action);
}

interface Props {
  seat: Seat;
  /** Asks the person before the action is carried out. */
  onAsk: (action: Asked, seat: Seat) => void;
}

/** Everything I may do about one person; nothing is drawn when that is nothing. */
export function PersonMenu({ seat, onAsk }: Props) {
  const { t } = useTranslation('people');
  const isPhone = useIsPhone();
  const me = useMe();
  const rights = useLive((state) => state.rights);
  const policy = useLive((state) => state.policy);
  const spotlit = useLive((state) => state.spotlight === seat.id);
  // Of interest in my own row only; the others need not count.
  const owners = useLive((state) =>
    state.you === seat.id ? Object.values(state.seats).filter(({ role }) => role === 'owner').length : 0,
  );
  const pinned = useCall((state) => state.pinned.includes(seat.id));
  const recorded = useLive((state) => runs(state.recording));
  const muted = useMuted(seat.id, 'microphone');
  const cameraOff = useMuted(seat.id, 'camera');
  if (me === undefined) return null;
  const sections = personActions({
    me,
    seat,
    rights,
    policy,
    muted,
    cameraOff,
    pinned,
    spotlit,
    owners,
    recorded,
  });
  if (sections.length === 0) return null;

  const run = async (action: PersonAction) => {
    if (isAsked(action)) {
      onAsk(action, seat);
      return;
    }
    const done = await attempt(runPersonAction(action, seat.id));
    // What opens says by itself that it is there.
    if (!done || action === 'write' || action === 'consent') return;
    const said = t(`done.${action}`, { name: seat.name });
    // Asking changes nothing that could be seen, so it is said to everyone's eyes.
    if (action === 'askUnmute') toast.show(said, { tone: 'success' });
    else announce(said);
  };
  return (
    <Menu
      label={t('menu', { name: seat.name })}
      // Beside the panel the whole list has room; below the row its end is cut off.
      placement={isPhone ? 'bottom end' : 'left top'}
      trigger={
        <IconButton
          label={t('menu', { name: seat.name })}
          tooltip={false}
          icon={<Ellipsis size={18} />}
          size="small"
        />
      }
      sections={sections.map((actions, index) => ({
        id: String(index),
        items: actions.map((action) => {
          const Icon = icons[action];
          return {
            id: action,
            label: t(`act.${action}`),
            icon: <Icon size={18} aria-hidden="true" />,
            danger: action === 'remove',
            onAction: () => void run(action),
          };
        }),
      }))}
    />
  );
}
