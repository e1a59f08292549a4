/** What can be done about the recording, for the bar, the menus and the keys. */
import { openDialog, useCall } from '@/features/call/store';
import type { Action, ActionContext } from '@/features/call/action';
import { live } from '@/live';
import {
  BookmarkPlus,
  CircleCheck,
  CircleStop,
  Clapperboard,
  LayoutPanelTop,
  Pause,
  Play,
  RecordSign,
} from '@/ui';
import { findsIt, mayRecord, runs } from './state';
import { openConsent } from './store';

const running = ({ live: { recording } }: ActionContext): boolean => runs(recording);

/** Begins a recording; while one runs it opens the menu with the rest. */
export const record: Action = {
  id: 'record',
  label: 'recording:record',
  shortcut: 'r',
  icon: () => RecordSign,
  hint: (context) => (running(context) ? 'recording:record.manage' : 'recording:record.start'),
  state: (context) => {
    const { rights } = context.live;
    return {
      hidden: !mayRecord(rights),
      pressed: running(context),
      why: running(context) || rights.has('record') ? undefined : 'recording:record.onlyStop',
    };
  },
  run: (context) => {
    if (running(context)) {
      useCall.setState({ recordMenu: true });
    } else {
      openDialog('record');
    }
  },
};

/** Offered while a recording is in that state, to those with the right. */
const during =
  (right: string, ...states: readonly string[]): Action['state'] =>
  ({ live: { recording, rights } }) => ({
    hidden: !rights.has(right) || !states.includes(recording.state),
  });

const pause: Action = {
  id: 'recordPause',
  label: 'recording:pause',
  icon: () => Pause,
  state: during('stopRecord', 'on'),
  run: () => live.send('record.pause'),
};

const resume: Action = {
  id: 'recordResume',
  label: 'recording:resume',
  icon: () => Play,
  state: during('record', 'paused'),
  run: () => live.send('record.resume'),
};

const layout: Action = {
  id: 'recordLayout',
  label: 'recording:layout',
  icon: () => LayoutPanelTop,
  state: during('record', 'starting', 'on', 'paused'),
  run: () => openDialog('recordLayout'),
};

const chapter: Action = {
  id: 'recordChapter',
  label: 'recording:chapter',
  icon: () => BookmarkPlus,
  state: during('record', 'on'),
  run: () => openDialog('recordChapter'),
};

/** Asks first. */
const stop: Action = {
  id: 'recordStop',
  label: 'recording:stop',
  icon: () => CircleStop,
  state: during('stopRecord', 'starting', 'on', 'paused'),
  run: () => openDialog('recordStop'),
};

/** For everybody: to read the question again and to answer otherwise. */
export const consent: Action = {
  id: 'recordConsent',
  label: 'recording:consent',
  icon: () => CircleCheck,
  state: (context) => ({ hidden: !running(context) }),
  run: openConsent,
};

/** Where the videos are, in a new tab: nobody falls out of the call. */
export const library = '/recordings';

/** For whoever will find those of this meeting there. */
export const recordings: Action = {
  id: 'recordings',
  label: 'recording:library',
  icon: () => Clapperboard,
  state: ({ live: state }) => ({ hidden: !findsIt(state, state.rights.has('record')) }),
  run: () => {
    window.open(library, '_blank', 'noopener');
  },
};

/** What can be done while a recording runs, in the order of a menu. */
export const recordingSteps: readonly Action[] = [pause, resume, layout, chapter, stop];

export const recordingActions: readonly Action[] = [record, ...recordingSteps, consent, recordings];
