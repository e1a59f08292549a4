import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Action } from '@/features/call/action';
import {
  audioOnly,
  chat,
  fullScreen,
  hideSelf,
  layout,
  people,
  pictureInPicture,
  saveData,
  settings,
  share,
  shortcuts,
} from '@/features/call/actions';
import { perform, useActions, useWords } from '@/features/call/perform';
import { knocking } from '@/features/lobby/knocking';
import { moderationActions } from '@/features/moderation/actions';
import { useCall } from '@/features/call/store';
import { consent, record, recordings, recordingSteps } from '@/features/recording/actions';
import { useLive } from '@/live';
import { Ellipsis, IconButton, Menu, VisuallyHidden } from '@/ui';
import styles from './Bar.module.css';

/** Ending is at the leave button, where one looks for it. */
const moderation = moderationActions.filter((action) => action.id !== 'end');

interface Section {
  readonly id: string;
  readonly title?: 'more.view' | 'more.data' | 'more.recording';
  readonly actions: readonly Action[];
}

const onDesktop: readonly Section[] = [
  { id: 'view', title: 'more.view', actions: [fullScreen, pictureInPicture, hideSelf] },
  { id: 'data', title: 'more.data', actions: [saveData, audioOnly] },
  { id: 'recording', actions: [consent, recordings] },
  { id: 'moderation', actions: moderation },
  { id: 'meeting', actions: [settings, shortcuts] },
];

/** On a phone the menu also holds what the bar has no room for. */
const onPhone: readonly Section[] = [
  { id: 'together', actions: [chat, people, share, layout] },
  { id: 'recording', title: 'more.recording', actions: [record, ...recordingSteps, consent, recordings] },
  { id: 'view', title: 'more.view', actions: [pictureInPicture, hideSelf] },
  { id: 'data', title: 'more.data', actions: [saveData, audioOnly] },
  { id: 'moderation', actions: moderation },
  { id: 'meeting', actions: [settings] },
];

const everything: readonly Action[] = [
  ...new Set([...onDesktop, ...onPhone].flatMap((section) => section.actions)),
];

/** In a menu these are steps, not switches. */
const steps = new Set([chat, people, share, record]);

/** What the bar has no room for. */
export function MoreMenu({ phone }: { readonly phone: boolean }): React.JSX.Element {
  const { t } = useTranslation('bar');
  const words = useWords();
  const views = useActions(everything);
  const described = useId();
  // On a phone the chat is in here, and so is the only sign that somebody wrote.
  const unread = useLive((state) => (phone ? state.unread : 0));
  const waiting = useLive((state) => (phone ? knocking(state).length : 0));
  const written = unread > 0 ? t('chat.unread', { count: unread }) : undefined;
  const before = waiting > 0 ? t('people.waiting', { count: waiting }) : undefined;
  const news = [before, written].filter((each) => each !== undefined).join(', ');
  const count = unread + waiting;
  // The key of "Record" leads here where the bar has no room for its menu.
  const [open, setOpen] = useState(false);
  const asked = useCall((state) => state.recordMenu);
  const opening = {
    isOpen: open || asked,
    onOpenChange: (isOpen: boolean) => {
      setOpen(isOpen);
      useCall.setState({ recordMenu: false });
    },
  };
  const more = new Map([
    [chat, written],
    [people, before],
    [recordings, words('recording:library.newTab')],
  ]);
  const item = (action: Action) => {
    const view = views.get(action);
    if (view === undefined || view.hidden === true) {
      return [];
    }
    const { icon: Icon, why, pressed, hint } = view;
    // While a recording runs, the steps beside it say what can be done.
    if (action === record && pressed === true) {
      return [];
    }
    return [
      {
        id: action.id,
        label: words(action === share ? (hint ?? action.label) : action.label),
        icon: <Icon size={20} />,
        isDisabled: why !== undefined,
        description: why === undefined ? more.get(action) : words(why),
        shortcut: phone ? undefined : action.shortcut?.toUpperCase(),
        selected: steps.has(action) ? undefined : pressed,
        onAction: () => void perform(action),
      },
    ];
  };
  // Steps and switches are different kinds of menu items, so each has a section of its own.
  const sections = (phone ? onPhone : onDesktop)
    .flatMap(({ id, title, actions }) => {
      const items = actions.flatMap(item);
      return [
        {
          id,
          ...(title === undefined ? {} : { title: t(title) }),
          items: items.filter((each) => each.selected === undefined),
        },
        {
          id: `${id}-switches`,
          ...(title === undefined ? {} : { title: t(title) }),
          items: items.filter((each) => each.selected !== undefined),
        },
      ];
    })
    .filter((section) => section.items.length > 0);
  return (
    <>
      <Menu
        label={t('more')}
        {...(phone ? opening : {})}
        placement="top end"
        sections={sections}
        trigger={
          <IconButton
            id="action-more"
            size="large"
            className={styles['button']}
            label={t('more')}
            icon={<Ellipsis size={22} />}
            badge={count > 99 ? '99+' : count > 0 && count}
            badgeTone={waiting > 0 ? 'calls' : undefined}
            {...(news === '' ? {} : { 'aria-describedby': described })}
          />
        }
      />
      {news !== '' && (
        <VisuallyHidden>
          <span id={described}>{news}</span>
        </VisuallyHidden>
      )}
    </>
  );
}
