import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Bar } from '@/features/bar';
import { resetCall, useCall } from '@/features/call/store';
import { perform } from '@/features/call/perform';
import { expectAccessible } from '@/test/axe';
import { aRecording, aSeat, fakeLive } from '@/test/live';
import { Toasts } from '@/ui';
import { record } from './actions';
import * as clips from './clip';
import { ConsentCard } from './ConsentCard';
import { ChapterDialog, LayoutDialog, StartDialog, StopDialog } from './dialogs';
import { Mark } from './Mark';
import { useConsent } from './store';
import { Trouble } from './Trouble';
import { useRecordingTold } from './useRecordingTold';

const me = aSeat('me', { name: 'Mia', role: 'moderator' });
const off = { state: 'off', id: '', by: '', since: 0, elapsed: 0, layout: '' };
const rights = ['record', 'stopRecord'];

function Told(): null {
  useRecordingTold();
  return null;
}

function Everything(): React.JSX.Element {
  return (
    <>
      <Told />
      <Mark />
      <ConsentCard />
      <Trouble />
      <Toasts />
    </>
  );
}

const spoken = vi.fn<typeof clips.speak>();
const button = (name: string | RegExp): HTMLElement => screen.getByRole('button', { name });
const heard = (): string => document.getElementById('announcer-assertive')?.textContent.trim() ?? '';
const card = (): HTMLElement | null =>
  screen.queryByRole('dialog', { name: /being recorded|Recording consent/ });

/** Closes the short message that has this in it: they outlive a test. */
async function putAway(part: HTMLElement): Promise<void> {
  const message = part.closest<HTMLElement>('[role="alertdialog"]');
  if (message === null) throw new Error('this is in no message');
  await userEvent.click(within(message).getByRole('button', { name: 'Close' }));
}

beforeEach(() => {
  resetCall('grid');
  useConsent.setState({ open: false, folded: '' });
  spoken.mockReset().mockResolvedValue();
  vi.spyOn(clips, 'speak').mockImplementation(spoken);
  const region = document.getElementById('announcer-assertive');
  if (region !== null) region.textContent = '';
});

describe('the mark', () => {
  it('is seen by everybody, with time and one’s own part, whatever is open', async () => {
    fakeLive([me], { recording: aRecording({ elapsed: 754_000 }), consent: 'yes' });
    render(<Mark />);
    const mark = screen.getByRole('complementary', { name: 'Recording' });
    expect(within(mark).getByRole('img', { name: 'Recording' })).toBeTruthy();
    expect(mark.textContent).toMatch(/12:3[45]/);
    expect(within(mark).getByRole('button', { name: 'You are recorded' })).toBeTruthy();
    // Outside of the call, first in the body: no panel and no dialog lies over it.
    expect(document.body.firstElementChild?.contains(mark)).toBe(true);
    await expectAccessible();
  });

  it('follows pause, answer and end', () => {
    const server = fakeLive([me], { recording: aRecording({ elapsed: 5000 }), consent: 'asked' });
    render(<Mark />);
    const mine = button('You are not in the recording');
    expect(mine.title).toBe('Please answer');
    server.emit('consent.mine', { answer: 'no' });
    expect(mine.title).toBe('Recording consent');
    server.emit('recording', { ...aRecording({ elapsed: 5000 }), state: 'paused' });
    expect(screen.getByRole('img', { name: 'Recording paused' })).toBeTruthy();
    expect(screen.getByText('0:05')).toBeTruthy();
    server.emit('recording', off);
    expect(screen.queryByRole('complementary')).toBeNull();
  });
});

describe('what is told', () => {
  it('is announced and spoken within half a second, once each', async () => {
    const server = fakeLive([me], { consent: '' });
    render(<Everything />);
    expect(spoken).not.toHaveBeenCalled();
    vi.useFakeTimers();
    server.emit('recording', { ...aRecording(), state: 'starting' });
    act(() => {
      vi.advanceTimersByTime(100);
    });
    vi.useRealTimers();
    expect(heard()).toMatch(/^This meeting is being recorded\. You are asked whether you agree\./);
    server.emit('recording', aRecording());
    server.emit('recording', { ...aRecording(), state: 'paused' });
    server.emit('recording', aRecording());
    server.emit('recording', off);
    expect(spoken.mock.calls).toEqual([
      ['started', 'en'],
      ['paused', 'en'],
      ['resumed', 'en'],
      ['ended', 'en'],
    ]);
    await waitFor(() => {
      expect(heard()).toMatch(/The recording has ended\.$/);
    });
  });

  it('leads who will find the video to the library, without leaving the call', async () => {
    const owner = aSeat('me', { name: 'Mia', role: 'owner' });
    const server = fakeLive([owner], { recording: aRecording(), consent: 'yes', rights });
    render(<Everything />);
    server.emit('recording', off);
    const link = await screen.findByRole('link', { name: 'Recordings (opens in a new tab)' });
    expect(link.getAttribute('href')).toBe('/recordings');
    expect(link.getAttribute('target')).toBe('_blank');
    expect(link.textContent).toBe('Recordings');
    await expectAccessible();
    await putAway(link);
  });

  it('leads nobody there who has no account', async () => {
    const guest = aSeat('me', { role: 'owner', guest: true });
    const server = fakeLive([guest], { recording: aRecording(), consent: 'yes', rights });
    render(
      <>
        <Everything />
        <Bar />
      </>,
    );
    server.emit('recording', off);
    const words = await screen.findByText(/The video is being made/);
    expect(screen.queryByRole('link')).toBeNull();
    await putAway(words);
    await userEvent.click(button('More'));
    expect(screen.queryByRole('menuitem', { name: /Recordings/ })).toBeNull();
  });

  it('is told to whoever comes in the middle of it', async () => {
    fakeLive([me], { recording: aRecording(), consent: 'asked' });
    render(<Everything />);
    expect(spoken).toHaveBeenCalledExactlyOnceWith('started', 'en');
    await waitFor(() => {
      expect(heard()).toContain('This meeting is being recorded.');
    });
  });

  it('alarms those who record until it works again, and tells of an interruption once', async () => {
    const server = fakeLive([me], { recording: aRecording({ interrupted: true }), consent: 'yes', rights });
    render(<Everything />);
    expect(await screen.findByText(/^The last recording was interrupted/)).toBeTruthy();
    server.emit('recording', aRecording({ trouble: 'disk.full', interrupted: true }));
    expect(document.querySelector('.trouble')?.textContent).toMatch(/^Nothing is being recorded at the/);
    await waitFor(() => {
      expect(heard()).toMatch(/Nothing is being recorded/);
    });
    await expectAccessible();
    server.emit('recording', aRecording({ interrupted: true }));
    expect(document.querySelector('.trouble')).toBeNull();
    await waitFor(() => {
      expect(heard()).toBe('The meeting is being recorded again.');
    });
    expect(screen.getAllByText(/^The last recording was interrupted/)).toHaveLength(1);
  });

  it('says why a recording ended by itself, until that is read', async () => {
    const server = fakeLive([me], { recording: aRecording(), consent: 'yes', rights });
    render(<Everything />);
    server.emit('recording', { ...off, trouble: 'disk.full' });
    expect(document.querySelector('.trouble')?.textContent).toMatch(/^The recording has ended: /);
    await waitFor(() => {
      expect(heard()).toMatch(/The recording has ended: /);
    });
    expect(screen.queryByText(/The video is being made/)).toBeNull();
    const banner = document.querySelector<HTMLElement>('.trouble');
    if (banner !== null) await userEvent.click(within(banner).getByRole('button', { name: 'Close' }));
    expect(document.querySelector('.trouble')).toBeNull();
  });
});

describe('the question', () => {
  const question = { version: 3, texts: { en: 'May we\n\nrecord you?' }, erasable: true };

  it('is asked in the organisation’s exact words and sends what was read', async () => {
    const server = fakeLive([me], { recording: aRecording({ question }), consent: 'asked' });
    render(<Everything />);
    const asked = screen.getByRole('dialog', { name: 'This meeting is being recorded' });
    expect(within(asked).getByText(/May we/).textContent).toBe('May we\n\nrecord you?');
    expect(asked.getAttribute('aria-modal')).toBeNull();
    expect(document.activeElement).toBe(asked);
    expect(within(asked).queryByRole('checkbox')).toBeNull();
    const [yes, no] = [button('Agree'), button('Don’t record me')];
    expect(yes.className).toBe(no.className);
    await expectAccessible();
    await userEvent.click(yes);
    expect(server.sent).toEqual([
      { type: 'consent', body: { recording: 'recording', yes: true, version: 3, language: 'en' } },
    ]);
    server.emit('consent.mine', { answer: 'yes' });
    expect(card()).toBeNull();
  });

  it('is asked in the program’s words where there are no others', async () => {
    const server = fakeLive([me], { recording: aRecording(), consent: 'asked' });
    render(<Everything />);
    expect(screen.getByText(/^The organisation that holds this meeting is recording it\./)).toBeTruthy();
    await userEvent.click(button('Don’t record me'));
    expect(server.sent).toEqual([
      { type: 'consent', body: { recording: 'recording', yes: false, version: 0, language: 'en' } },
    ]);
  });

  it('folds into the mark unanswered and opens from there', async () => {
    const server = fakeLive([me], { recording: aRecording(), consent: 'asked' });
    render(<Everything />);
    await userEvent.keyboard('{Escape}');
    expect(card()).toBeNull();
    expect(document.activeElement).toBe(button('You are not in the recording'));
    expect(server.sent).toEqual([]);
    await userEvent.click(button('You are not in the recording'));
    expect(card()).toBeTruthy();
    await userEvent.click(button('Decide later'));
    expect(card()).toBeNull();
    server.emit('recording', aRecording({ question: { ...question, version: 4 } }));
    expect(card()).toBeTruthy();
  });

  it('leaves the focus of somebody who types', () => {
    const server = fakeLive([me], { consent: '' });
    render(
      <>
        <input aria-label="Message" />
        <Everything />
      </>,
    );
    const field = screen.getByRole('textbox');
    field.focus();
    server.emit('recording', aRecording());
    expect(card()).toBeTruthy();
    expect(document.activeElement).toBe(field);
  });

  it('takes a yes back, and with it what was recorded', async () => {
    const server = fakeLive([me], { recording: aRecording({ question }), consent: 'yes' });
    render(<Everything />);
    expect(card()).toBeNull();
    await userEvent.click(button('You are recorded'));
    expect(screen.getByRole('dialog', { name: 'Recording consent' })).toBeTruthy();
    const past = screen.getByRole('checkbox', { name: 'Also remove what was recorded of me so far' });
    expect((past as HTMLInputElement).checked).toBe(false);
    await userEvent.click(past);
    await expectAccessible();
    await userEvent.click(button('Don’t record me'));
    expect(server.sent).toEqual([
      {
        type: 'consent',
        body: { recording: 'recording', yes: false, version: 3, language: 'en', past: true },
      },
    ]);
    server.emit('consent.mine', { answer: 'no' });
    expect(button('You are not in the recording')).toBeTruthy();
    expect(document.activeElement).toBe(button('You are not in the recording'));
  });

  it('stays open when the answer does not arrive', async () => {
    const server = fakeLive([me], { recording: aRecording(), consent: 'asked' });
    server.refuse('connection.lost');
    render(<Everything />);
    await userEvent.click(button('Agree'));
    expect(await screen.findByText(/^The connection is lost/)).toBeTruthy();
    expect(card()).toBeTruthy();
  });
});

describe('recording', () => {
  it('is found again from the menu, in a new tab', async () => {
    const open = vi.spyOn(window, 'open').mockReturnValue(null);
    fakeLive([aSeat('me', { role: 'owner' })], { rights });
    render(<Bar />);
    await userEvent.click(button('More'));
    await userEvent.click(screen.getByRole('menuitem', { name: /^Recordings/ }));
    expect(open).toHaveBeenCalledExactlyOnceWith('/recordings', '_blank', 'noopener');
  });

  it('is not offered without the right', () => {
    fakeLive([me], { rights: ['speak'] });
    render(<Bar />);
    expect(screen.queryByRole('button', { name: 'Record' })).toBeNull();
  });

  it('asks how to begin and begins', async () => {
    const server = fakeLive([me], { rights });
    render(
      <>
        <Bar />
        <StartDialog />
      </>,
    );
    expect(button('Record').getAttribute('aria-pressed')).toBe('false');
    await userEvent.click(button('Record'));
    await userEvent.click(screen.getByRole('radio', { name: /^Grid/ }));
    await expectAccessible();
    await userEvent.click(button('Start recording'));
    expect(server.sent).toEqual([{ type: 'record.start', body: { layout: 'grid' } }]);
    expect(useCall.getState().dialog).toBeNull();
  });

  it('says in the dialog why it was refused, and nothing of it when asked again', async () => {
    const server = fakeLive([me], { rights });
    render(
      <>
        <Bar />
        <StartDialog />
        <Toasts />
      </>,
    );
    await userEvent.click(button('Record'));
    server.refuse('recording.too_often');
    await userEvent.click(button('Start recording'));
    const why = await within(screen.getByRole('dialog')).findByRole('alert');
    expect(why.textContent).toMatch(/^Recordings of this meeting have been started too often/);
    expect(screen.getAllByText(/started too often/)).toHaveLength(1);
    await expectAccessible();
    await userEvent.click(button('Cancel'));
    await userEvent.click(button('Record'));
    expect(within(screen.getByRole('dialog')).queryByRole('alert')).toBeNull();
  });

  it.each([
    [{ guest: true }, /The owners of the meeting find it/],
    [{ guest: false }, /You find it under Recordings/],
  ])('says who finds the video, for %o', async (change, words) => {
    fakeLive([aSeat('me', { role: 'moderator', ...change })], { rights });
    render(
      <>
        <Bar />
        <StartDialog />
      </>,
    );
    await userEvent.click(button('Record'));
    expect(screen.getByText(words)).toBeTruthy();
  });

  it('says why it cannot begin', async () => {
    fakeLive([me], { rights, recording: { ...off, unavailable: 'recording.unavailable', at: 0 } });
    render(
      <>
        <Bar />
        <StartDialog />
      </>,
    );
    await userEvent.click(button('Record'));
    expect(screen.getByText(/^This server cannot record/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Start recording' })).toBeNull();
    await expectAccessible();
  });

  it('offers what the rights allow while it runs', async () => {
    const server = fakeLive([me], { rights, recording: aRecording() });
    render(
      <>
        <Bar />
        <LayoutDialog />
        <ChapterDialog />
        <StopDialog />
      </>,
    );
    const items = () => screen.getAllByRole('menuitem').map((item) => item.textContent);
    expect(button('Record').getAttribute('aria-pressed')).toBe('true');
    await userEvent.click(button('Record'));
    expect(items()).toEqual(['Pause recording', 'Change the layout…', 'Add chapter…', 'Stop recording…']);
    await expectAccessible();
    await userEvent.click(screen.getByRole('menuitem', { name: 'Pause recording' }));
    server.emit('recording', { ...aRecording(), state: 'paused' });
    await userEvent.click(button('Record'));
    expect(items()[0]).toBe('Resume recording');
    await userEvent.keyboard('{Escape}');
    server.emit('recording', aRecording());

    await userEvent.click(button('Record'));
    await userEvent.click(screen.getByRole('menuitem', { name: 'Change the layout…' }));
    await userEvent.click(screen.getByRole('radio', { name: /^Shared screen/ }));
    await userEvent.click(button('Change layout'));

    await userEvent.click(button('Record'));
    await userEvent.click(screen.getByRole('menuitem', { name: 'Add chapter…' }));
    await userEvent.click(button('Add chapter'));
    expect(screen.getByText('Give the chapter a title.')).toBeTruthy();
    await userEvent.type(screen.getByRole('textbox', { name: /Title/ }), 'Item 3{Enter}');

    await userEvent.click(button('Record'));
    await userEvent.click(screen.getByRole('menuitem', { name: 'Stop recording…' }));
    await userEvent.click(button('Stop recording'));
    expect(server.sent).toEqual([
      { type: 'record.pause', body: undefined },
      { type: 'record.layout', body: { layout: 'share' } },
      { type: 'record.chapter', body: { title: 'Item 3' } },
      { type: 'record.stop', body: undefined },
    ]);
  });

  it('opens its menu by key, and shows only stopping to who may only stop', async () => {
    fakeLive([me], { rights: ['stopRecord'], recording: aRecording() });
    render(<Bar />);
    await act(() => perform(record));
    expect(screen.getAllByRole('menuitem').map((item) => item.textContent)).toEqual([
      'Pause recording',
      'Stop recording…',
    ]);
  });

  it('says that one may stop but not begin', () => {
    fakeLive([me], { rights: ['stopRecord'] });
    render(<Bar />);
    expect(button('Record').getAttribute('aria-disabled')).toBe('true');
  });
});
