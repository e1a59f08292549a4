import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConsentEvidence, Recording } from '@/api/recordings';
import { expectAccessible } from '@/test/axe';
import { type Answers, renderPage, serve } from '@/test/page';
import LibraryPage from './LibraryPage';
import { recording, recordingSettings } from './test';

const user = { id: 'u', name: 'Ada', email: 'ada@example.org', admin: false, operator: false };
const session = { user, secondFactor: false, fresh: true, mustSetUpFactor: false };
const day = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * day).toISOString();

const server = (list: Recording[], more: Answers = {}): Answers => ({
  'GET /api/v1/server': [200, { organisation: 'City', accent: '', logo: '', setUp: true, providers: [] }],
  'GET /api/v1/session': [200, session],
  'GET /api/v1/meetings': [200, { meetings: [{ id: 'm', name: 'Town council' }], next: '' }],
  'GET /api/v1/recordings': [200, { recordings: list, next: '' }],
  ...more,
});
const show = (list: Recording[], more: Answers = {}, path = '/recordings') => {
  const requests = serve(server(list, more));
  const history = renderPage(<LibraryPage />, path);
  return { requests, history };
};
const openMenu = async (title: string, item: string) => {
  await userEvent.click(await screen.findByRole('button', { name: `More for ${title}` }));
  await userEvent.click(await screen.findByRole('menuitem', { name: item }));
};

let saved: string[];
beforeEach(() => {
  saved = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.getAttribute('href') ?? '');
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the list', () => {
  it('says of each recording what it is, who may watch and how long it is kept', async () => {
    show([recording({ expiresAt: inDays(6) })]);
    expect(await screen.findByRole('link', { name: 'Town council, budget' })).toHaveAttribute(
      'href',
      '/r/r1',
    );
    expect(screen.getByText('1:04:00')).toBeInTheDocument();
    expect(screen.getByText('734 MB')).toBeInTheDocument();
    expect(screen.getByText('Only you and the owners')).toBeInTheDocument();
    expect(screen.getByText('Deleted in 6 days')).toBeInTheDocument();
    await expectAccessible();
  });

  it('shows a picture of each, one for each version of the video, and a calm place without', async () => {
    show([recording({ poster: true }), recording({ id: 'r2', title: 'Without a picture' })]);
    await screen.findByRole('link', { name: 'Town council, budget' });
    const pictures = document.querySelectorAll('img');
    expect(pictures).toHaveLength(1);
    expect(pictures[0]).toHaveAttribute('src', '/api/v1/recordings/r1/poster#v');
    expect(pictures[0]).toHaveAttribute('alt', '');
    for (const picture of pictures) fireEvent.error(picture);
    expect(document.querySelectorAll('img')).toHaveLength(0);
    await expectAccessible();
  });

  it('explains itself when it is empty', async () => {
    show([]);
    expect(await screen.findByRole('heading', { name: 'No recordings yet' })).toBeInTheDocument();
    await expectAccessible();
  });

  it('shows how far a video is, and nothing to watch before', async () => {
    show([recording({ state: 'composing', progress: 0.4, assets: [], length: 0 })]);
    expect(await screen.findByRole('progressbar', { name: 'The video is being made' })).toHaveAttribute(
      'aria-valuetext',
      '40%',
    );
    expect(screen.queryByRole('link', { name: /^Watch/ })).not.toBeInTheDocument();
    await expectAccessible();
  });

  it('leads to the present video while another is made in its place', async () => {
    show([recording({ state: 'composing', progress: 0.4 })]);
    expect(await screen.findByRole('progressbar', { name: 'The video is being made' })).toBeInTheDocument();
    expect(screen.getByRole('link', { name: /^Watch/ })).toHaveAttribute('href', '/r/r1');
    await expectAccessible();
  });

  it('says why a video was not made, and tries again', async () => {
    const { requests } = show([recording({ state: 'failed', problem: 'composer.missing' })], {
      'POST /api/v1/recordings/r1/compose': [204, null],
    });
    expect(await screen.findByText(/the program ffmpeg is missing/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(requests.some(({ path }) => path.endsWith('/compose'))).toBe(true);
    await expectAccessible();
  });

  it('offers no other attempt where nobody was recorded', async () => {
    show([recording({ state: 'failed', problem: 'recording.empty', assets: [], length: 0 })]);
    expect(await screen.findByText(/^Nobody was recorded/)).toBeInTheDocument();
    expect(screen.queryByText('The video could not be made')).not.toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Try again' })).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: /^More for/ }));
    expect(screen.queryByRole('menuitem', { name: /^Make the video again/ })).not.toBeInTheDocument();
    await userEvent.keyboard('{Escape}');
    await expectAccessible();
  });

  it('offers only what somebody may do', async () => {
    show([
      recording({
        sharing: null,
        settings: null,
        may: { watch: true, download: false, manage: false, oversee: false, withdraw: false },
      }),
    ]);
    await userEvent.click(await screen.findByRole('button', { name: /^More for/ }));
    expect(screen.getAllByRole('menuitem').map(({ textContent }) => textContent)).toEqual(['Watch']);
  });

  it('leads to signing in, and back to the meeting’s recordings', async () => {
    const { history } = show(
      [],
      { 'GET /api/v1/session': [200, { ...session, user: null }] },
      '/recordings?meeting=m',
    );
    await waitFor(() => expect(history.at(-1)).toBe('/signin?from=%2Frecordings%3Fmeeting%3Dm'));
  });
});

describe('deleting', () => {
  it('asks, says what it means, and shows the receipt', async () => {
    const receipt = {
      keyDestroyed: '2026-03-12T12:00:00Z',
      keyTree: true,
      files: 3,
      bytes: 734_003_200,
      erased: '2026-03-12T12:00:01Z',
      signature: 'c2lnbmF0dXJl',
    };
    const { requests } = show([recording()], { 'DELETE /api/v1/recordings/r1': [200, receipt] });
    await openMenu('Town council, budget', 'Delete');
    const dialog = within(await screen.findByRole('alertdialog', { name: 'Delete this recording?' }));
    expect(dialog.getByText(/Its key is destroyed at once/)).toBeInTheDocument();
    expect(requests.some(({ method }) => method === 'DELETE')).toBe(false);
    await expectAccessible();
    await userEvent.click(dialog.getByRole('button', { name: 'Delete for good' }));
    const shown = within(await screen.findByRole('dialog', { name: 'Deleted' }));
    expect(shown.getByText(/cannot be had from old backups/)).toBeInTheDocument();
    expect(shown.getByText('3 files, 734 MB')).toBeInTheDocument();
    await expectAccessible();
    vi.stubGlobal(
      'URL',
      Object.assign(URL, { createObjectURL: () => 'blob:receipt', revokeObjectURL: () => undefined }),
    );
    await userEvent.click(shown.getByRole('button', { name: 'Save the receipt' }));
    expect(saved).toEqual(['blob:receipt']);
  });

  it('is not offered under legal hold', async () => {
    show([recording({ hold: { at: '2026-03-12T12:00:00Z', reason: 'Case 7' } })]);
    expect(await screen.findByText('Legal hold')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: /^More for/ }));
    expect(await screen.findByRole('menuitem', { name: 'Delete' })).toHaveAttribute('aria-disabled', 'true');
  });
});

describe('sharing', () => {
  it('says who can watch then, makes the link and shows it once', async () => {
    const { requests } = show([recording()], {
      'PATCH /api/v1/recordings/r1': [200, recording()],
      'POST /api/v1/recordings/r1/link': [201, { link: 'https://meet.example.org/r/r1#secret' }],
    });
    await openMenu('Town council, budget', 'Share');
    const dialog = within(await screen.findByRole('dialog', { name: 'Share the recording' }));
    expect(dialog.getByRole('status')).toHaveTextContent(/^Only the owners of the meeting/);
    await expectAccessible();
    await userEvent.click(dialog.getByRole('radio', { name: 'Anyone with a link' }));
    await userEvent.click(dialog.getByRole('checkbox', { name: 'Ask for a passcode' }));
    await userEvent.click(dialog.getByRole('button', { name: 'Save and make the link' }));
    expect(dialog.getByText('A passcode has 4 to 64 characters.')).toBeInTheDocument();
    await userEvent.type(dialog.getByRole('textbox', { name: 'Passcode' }), 'halder');
    await userEvent.click(dialog.getByRole('checkbox', { name: 'They may download it' }));
    expect(dialog.getByRole('status')).toHaveTextContent(/have to know the passcode. They may keep a copy/);
    await expectAccessible();
    await userEvent.click(dialog.getByRole('button', { name: 'Save and make the link' }));
    expect(await screen.findByText('https://meet.example.org/r/r1#secret')).toBeInTheDocument();
    expect(requests.find(({ method }) => method === 'PATCH')?.body).toEqual({
      sharing: { with: 'link', download: true, watermark: false, linkExpires: null, passcode: 'halder' },
    });
    await expectAccessible();
  });

  it('withdraws a link that is out', async () => {
    const sharing = {
      with: 'link',
      download: false,
      watermark: true,
      linkSet: true,
      linkExpires: null,
      passcodeSet: true,
    } as const;
    const { requests } = show([recording({ sharing })], { 'DELETE /api/v1/recordings/r1/link': [204, null] });
    await openMenu('Town council, budget', 'Share');
    await userEvent.click(await screen.findByRole('button', { name: 'Withdraw the link' }));
    expect(await screen.findByText('The link is withdrawn')).toBeInTheDocument();
    expect(requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });
});

const asked = (seat: string, second: number, change: Partial<ConsentEvidence> = {}): ConsentEvidence => ({
  at: `2026-03-12T12:00:0${second}Z`,
  seat,
  name: '',
  userName: '',
  answer: 'asked',
  version: 0,
  language: '',
  text: '',
  ...change,
});

describe('the details', () => {
  const viewer = { kind: 'viewer', id: 'wxyzabcdefgh', name: '' };
  const anke = { kind: 'user', id: 'u2', name: 'Anke de Vries' };
  const answers: Answers = {
    'GET /api/v1/recordings/r1/consents': [
      200,
      {
        consents: [
          asked('abcd1234', 0),
          asked('efgh5678', 0),
          asked('ijkl9012', 0),
          asked('abcd1234', 1, {
            name: 'Grace',
            userName: 'Grace Hopper',
            answer: 'yes',
            version: 2,
            language: 'de',
            text: 'Dürfen wir Sie aufzeichnen?',
          }),
          asked('efgh5678', 2, { answer: 'no', language: 'en' }),
        ],
      },
    ],
    'GET /api/v1/recordings/r1/views': [
      200,
      {
        views: [
          { at: '2026-03-13T14:40:00Z', what: 'viewed', who: anke },
          { at: '2026-03-13T14:20:00Z', what: 'viewed', who: viewer },
          { at: '2026-03-13T14:10:00Z', what: 'downloaded', who: anke },
          { at: '2026-03-13T14:02:00Z', what: 'viewed', who: anke },
        ],
        next: '',
      },
    ],
  };
  const open = async (tab: string, change: Partial<Recording> = {}) => {
    show([recording(change)], answers);
    await openMenu('Town council, budget', 'Details');
    const dialog = within(await screen.findByRole('dialog', { name: 'Town council, budget' }));
    await userEvent.click(dialog.getByRole('tab', { name: tab }));
    return dialog;
  };

  it('have one line for each person who was asked, with the steps below it', async () => {
    const dialog = await open('Consents');
    const list = within(await dialog.findByRole('list', { name: 'Consents' }));
    const summary = list.getByText('Grace').closest('summary') as HTMLElement;
    expect(summary).toHaveTextContent(/Account: Grace Hopper.*Deutsch · words, version 2.*Agreed/);
    expect(list.getAllByText('Without a name')).toHaveLength(2);
    expect(list.getByText('Did not answer')).toBeVisible();
    expect(list.getAllByText('Refused')[0]).toBeVisible();
    expect(list.queryByText(/ijkl/)).not.toBeInTheDocument();
    expect(list.getByText('Dürfen wir Sie aufzeichnen?')).not.toBeVisible();
    await userEvent.click(summary);
    expect(list.getByText('Dürfen wir Sie aufzeichnen?')).toBeVisible();
    expect(dialog.getByRole('link', { name: 'Export as a table' })).toHaveAttribute(
      'href',
      '/api/v1/recordings/r1/consents.csv',
    );
    await expectAccessible();
  });

  it('gather who watched by person and day', async () => {
    const dialog = await open('Who watched');
    const list = within(await dialog.findByRole('list', { name: /^Who watched, / }));
    const summary = list.getByText('Anke de Vries').closest('summary') as HTMLElement;
    expect(summary).toHaveTextContent(/2:02.PM–2:40.PM.*2 views, 1 download/);
    expect(list.getByText('Somebody with the link (wxyzabcd)')).toBeInTheDocument();
    expect(list.getByText('1 view')).toBeInTheDocument();
    expect(list.getByText('Downloaded')).not.toBeVisible();
    await userEvent.click(summary);
    expect(list.getByText('Downloaded')).toBeVisible();
    await expectAccessible();
  });

  it('say where it looks as it did in the meeting', async () => {
    const dialog = await open('Recording', { settings: { ...recordingSettings, layout: '' } });
    expect(dialog.getByText(/^As in the meeting · 720p/)).toBeInTheDocument();
    await userEvent.click(dialog.getByRole('tab', { name: 'Chapters' }));
    expect(dialog.getByText('10:00')).toBeInTheDocument();
    await expectAccessible();
  });
});

describe('making the video again', () => {
  it('begins with how it was in the meeting, and takes another layout', async () => {
    const { requests } = show([recording({ settings: { ...recordingSettings, layout: '' } })], {
      'POST /api/v1/recordings/r1/compose': [200, recording()],
    });
    await openMenu('Town council, budget', 'Make the video again…');
    const dialog = within(await screen.findByRole('dialog', { name: 'Make the video again' }));
    expect(dialog.getByRole('radio', { name: 'As in the meeting' })).toBeChecked();
    await expectAccessible();
    await userEvent.click(dialog.getByRole('radio', { name: 'Grid' }));
    await userEvent.click(dialog.getByRole('radio', { name: 'As in the meeting' }));
    await userEvent.click(dialog.getByRole('button', { name: 'Make it again' }));
    await waitFor(() =>
      expect(requests.find(({ path }) => path.endsWith('/compose'))?.body).toMatchObject({ layout: '' }),
    );
  });
});

describe('legal hold', () => {
  const admin = { ...user, admin: true };
  it('says that a second factor is needed before anything is typed', async () => {
    show([recording()], {
      'GET /api/v1/session': [200, { ...session, user: admin, mustSetUpFactor: true }],
    });
    await openMenu('Town council, budget', 'Put under legal hold');
    const dialog = within(await screen.findByRole('dialog', { name: 'Put under legal hold' }));
    expect(dialog.getByText('A second factor is needed')).toBeInTheDocument();
    expect(dialog.getByRole('link', { name: 'Set up a second factor' })).toHaveAttribute('href', '/account');
    expect(dialog.queryByRole('textbox')).not.toBeInTheDocument();
    expect(dialog.queryByRole('button', { name: 'Put under hold' })).not.toBeInTheDocument();
    await expectAccessible();
  });

  it('is set with a reason', async () => {
    const { requests } = show([recording()], {
      'GET /api/v1/session': [200, { ...session, user: admin }],
      'POST /api/v1/recordings/r1/hold': [200, recording()],
    });
    await openMenu('Town council, budget', 'Put under legal hold');
    const dialog = within(await screen.findByRole('dialog', { name: 'Put under legal hold' }));
    await userEvent.type(dialog.getByRole('textbox', { name: /^Why/ }), 'Case 7');
    await expectAccessible();
    await userEvent.click(dialog.getByRole('button', { name: 'Put under hold' }));
    await waitFor(() =>
      expect(requests.find(({ path }) => path.endsWith('/hold'))?.body).toEqual({ reason: 'Case 7' }),
    );
  });
});

it('waits for a copy that carries the viewer’s name', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 500 });
  let asked = 0;
  show([recording()], {
    'POST /api/v1/recordings/r1/downloads': () => [
      200,
      ++asked < 3 ? { url: '', progress: asked / 4 } : { url: '/api/v1/recordings/r1/media/t', progress: 1 },
    ],
  });
  const typist = userEvent.setup({ advanceTimers: vi.advanceTimersByTime.bind(vi) });
  await typist.click(await screen.findByRole('button', { name: /^More for/ }));
  await typist.click(await screen.findByRole('menuitem', { name: 'Download' }));
  expect(await screen.findByRole('progressbar', { name: 'Your copy is being made' })).toBeInTheDocument();
  expect(await screen.findByRole('link', { name: /Download here/ })).toBeInTheDocument();
  expect(saved).toEqual(['/api/v1/recordings/r1/media/t']);
  vi.useRealTimers();
});
