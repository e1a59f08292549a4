import { act as settle, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Route } from 'wouter';
import { expectAccessible } from '@/test/axe';
import { type Answers, renderPage, serve } from '@/test/page';
import PlayerPage from './PlayerPage';
import { recording } from './test';
import { waitBefore } from './useView';

const user = { id: 'u', name: 'Ada Lovelace', email: 'ada@example.org', admin: false, operator: false };
const view = {
  url: '/api/v1/recordings/r1/media/first',
  type: 'video/mp4',
  title: 'Town council, budget',
  length: 3840,
  chapters: [
    { at: 0, title: 'Opening' },
    { at: 600, title: 'Budget' },
  ],
  watermark: '',
  download: true,
};
const server = (more: Answers = {}): Answers => ({
  'GET /api/v1/server': [200, { organisation: 'City', accent: '', logo: '', setUp: true, providers: [] }],
  'GET /api/v1/session': [200, { user, secondFactor: false, fresh: true, mustSetUpFactor: false }],
  'GET /api/v1/recordings/r1': [200, recording()],
  'POST /api/v1/recordings/r1/views': [200, view],
  ...more,
});
const nobody: Answers = {
  'GET /api/v1/session': [200, { user: null, secondFactor: false, fresh: false, mustSetUpFactor: false }],
};
const show = (more: Answers = {}, path = '/r/r1') => {
  const requests = serve(server(more));
  const history = renderPage(
    <Route path="/r/:id">
      <PlayerPage />
    </Route>,
    path,
  );
  return { requests, history };
};

/** The video as far as jsdom has one: it plays, has a length and tells of both. */
const player = async (): Promise<HTMLVideoElement> => {
  await screen.findByRole('region', { name: 'Video' });
  const video = document.querySelector('video');
  if (!video) throw new Error('no video');
  Object.defineProperty(video, 'duration', { configurable: true, value: 3840 });
  Object.defineProperty(video, 'readyState', { configurable: true, value: 4 });
  settle(() => {
    video.dispatchEvent(new Event('durationchange'));
  });
  return video;
};

beforeEach(() => {
  vi.spyOn(HTMLMediaElement.prototype, 'textTracks', 'get').mockReturnValue(
    Object.assign(new EventTarget(), { length: 0 }) as unknown as TextTrackList,
  );
  const paused = new WeakMap<HTMLMediaElement, boolean>();
  vi.spyOn(HTMLMediaElement.prototype, 'paused', 'get').mockImplementation(function (this: HTMLMediaElement) {
    return paused.get(this) ?? true;
  });
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockImplementation(function (this: HTMLMediaElement) {
    paused.set(this, false);
    this.dispatchEvent(new Event('play'));
    return Promise.resolve();
  });
  vi.spyOn(HTMLMediaElement.prototype, 'pause').mockImplementation(function (this: HTMLMediaElement) {
    paused.set(this, true);
    this.dispatchEvent(new Event('pause'));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  window.history.replaceState(null, '', '/');
});

describe('the player', () => {
  it('is worked by buttons and keys', async () => {
    show();
    const video = await player();
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Play' })); // there is only one
    expect(video.paused).toBe(false);
    await userEvent.click(video);
    expect(video.paused).toBe(true);
    await userEvent.click(video);
    await userEvent.keyboard('l');
    expect(video.currentTime).toBe(10);
    await userEvent.keyboard('5');
    expect(video.currentTime).toBe(1920);
    await userEvent.keyboard('>');
    expect(video.playbackRate).toBe(1.25);
    await userEvent.keyboard('m');
    expect(video.muted).toBe(true);
    await userEvent.keyboard('k');
    expect(video.paused).toBe(true);
    await waitFor(() => expect(document.getElementById('announcer-polite')).toHaveTextContent(/Paused/));
  });

  it('says where one is, and goes to chapters', async () => {
    show();
    const video = await player();
    const seek = screen.getByRole('slider', { name: 'Place in the video' });
    expect(seek).toHaveAttribute('aria-valuetext', '0 seconds of 1 hour and 4 minutes, Opening');
    const chapters = within(screen.getByRole('navigation', { name: 'Chapters' }));
    await userEvent.click(chapters.getByRole('button', { name: /Budget/ }));
    expect(video.currentTime).toBe(600);
    settle(() => {
      video.dispatchEvent(new Event('timeupdate'));
    });
    expect(seek).toHaveAttribute('aria-valuetext', expect.stringMatching(/Budget$/));
    expect(chapters.getByRole('button', { name: /Budget/ })).toHaveAttribute('aria-current', 'true');
    expect(screen.queryByRole('button', { name: 'Captions' })).not.toBeInTheDocument();
  });

  it('shows a picture before it plays', async () => {
    show({ 'GET /api/v1/recordings/r1': [200, recording({ poster: true })] });
    expect(await player()).toHaveAttribute('poster', '/api/v1/recordings/r1/poster#v');
  });

  it('lists its keys, which can be switched off', async () => {
    show();
    const video = await player();
    await userEvent.keyboard('?');
    const dialog = within(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' }));
    await userEvent.click(dialog.getByRole('switch', { name: 'Use the keys' }));
    await expectAccessible();
    await userEvent.click(dialog.getByRole('button', { name: 'Close' }));
    await userEvent.keyboard('l');
    expect(video.currentTime).toBe(0);
  });

  it('has the viewer’s name over the picture, and no picture in a window of its own then', async () => {
    show({ 'POST /api/v1/recordings/r1/views': [200, { ...view, watermark: 'Ada Lovelace' }] });
    const video = await player();
    const mark = within(video.parentElement ?? document.body).getByText('Ada Lovelace');
    expect(mark).toHaveAttribute('aria-hidden', 'true');
    expect(screen.queryByRole('button', { name: 'Picture in picture' })).not.toBeInTheDocument();
    expect(video).toHaveAttribute('disablepictureinpicture');
  });

  it('goes on at the same place when the network comes back', async () => {
    let answers = 0;
    show({
      'POST /api/v1/recordings/r1/views': () => [
        200,
        { ...view, url: `/api/v1/recordings/r1/media/${++answers === 1 ? 'first' : 'second'}` },
      ],
    });
    const video = await player();
    video.currentTime = 700;
    await settle(() => video.play());
    settle(() => {
      video.dispatchEvent(new Event('timeupdate'));
      video.dispatchEvent(new Event('error'));
    });
    await waitFor(() => expect(video.getAttribute('src')).toMatch(/second$/));
    video.currentTime = 0;
    settle(() => {
      video.dispatchEvent(new Event('loadedmetadata'));
    });
    expect(video.currentTime).toBe(700);
    expect(video.paused).toBe(false);
  });

  it('says so when the recording is deleted while it is watched', async () => {
    let asked = 0;
    show({
      'POST /api/v1/recordings/r1/views': () =>
        ++asked === 1 ? [200, view] : [404, { code: 'recording.not_found' }],
    });
    const video = await player();
    settle(() => {
      video.dispatchEvent(new Event('error'));
    });
    expect(
      await screen.findByRole('heading', { name: 'You can no longer watch this recording' }),
    ).toBeInTheDocument();
    await expectAccessible();
  });
});

it('waits longer from attempt to attempt, but not for ever', () => {
  expect([0, 1, 2, 10].map(waitBefore)).toEqual([1000, 2000, 4000, 15_000]);
});

it('reads out the second that the clock beside it shows', async () => {
  const chapters = [...view.chapters, { at: 654.8, title: 'Vote' }];
  show({ 'POST /api/v1/recordings/r1/views': [200, { ...view, chapters }] });
  const vote = await screen.findByRole('button', { name: /^Vote/ });
  expect(vote).toHaveTextContent(/10:54.*at 10 minutes and 54 seconds/);
});

it('plays the present video while another is made in its place', async () => {
  show({ 'GET /api/v1/recordings/r1': [200, recording({ state: 'composing', progress: 0.5 })] });
  expect(await screen.findByRole('region', { name: 'Video' })).toBeInTheDocument();
  expect(screen.getByRole('progressbar', { name: 'The video is being made' })).toBeInTheDocument();
});

describe('what cannot be watched', () => {
  it('is not there for strangers, who may sign in', async () => {
    show({ ...nobody, 'POST /api/v1/recordings/r1/views': [404, { code: 'recording.not_found' }] });
    expect(
      await screen.findByRole('heading', { name: 'There is no recording here for you' }),
    ).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', '/signin?from=%2Fr%2Fr1');
    await expectAccessible();
  });

  it('is being made', async () => {
    show({
      'GET /api/v1/recordings/r1': [200, recording({ state: 'composing', progress: 0.5, assets: [] })],
    });
    expect(await screen.findByRole('progressbar')).toHaveAttribute('aria-valuetext', '50%');
    await expectAccessible();
  });

  it('is not for administrators', async () => {
    const may = { watch: false, download: false, manage: false, oversee: true, withdraw: false };
    show({ 'GET /api/v1/recordings/r1': [200, recording({ may })] });
    expect(
      await screen.findByRole('heading', { name: 'You may not watch this recording' }),
    ).toBeInTheDocument();
  });
});

describe('a link', () => {
  it('leaves the address bar and asks for the passcode', async () => {
    window.history.replaceState(null, '', '/r/r1#s3cret');
    const { requests } = show({
      ...nobody,
      'POST /api/v1/recordings/r1/door': [
        200,
        { title: 'Town council, budget', organisation: 'City of Rosenheim', passcodeNeeded: true },
      ],
      'POST /api/v1/recordings/r1/open': ({ body }) =>
        (body as { passcode?: string }).passcode === 'halder'
          ? [204, null]
          : [403, { code: 'passcode.wrong' }],
    });
    expect(await screen.findByText('A recording of City of Rosenheim')).toBeInTheDocument();
    expect(window.location.hash).toBe('');
    await expectAccessible();
    const field = screen.getByLabelText('Passcode');
    await userEvent.type(field, 'wrong{Enter}');
    expect(await screen.findByText(/This is not the passcode/)).toBeInTheDocument();
    await userEvent.clear(field);
    await userEvent.type(field, 'halder{Enter}');
    await player();
    expect(requests.filter(({ path }) => path.endsWith('/open')).at(-1)?.body).toEqual({
      secret: 's3cret',
      passcode: 'halder',
    });
    expect(screen.getByText('A recording of City of Rosenheim')).toBeInTheDocument();
    expect(screen.queryByRole('link', { name: 'Trim' })).not.toBeInTheDocument();
  });

  it('that is withdrawn says so', async () => {
    window.history.replaceState(null, '', '/r/r1#s3cret');
    show({
      ...nobody,
      'POST /api/v1/recordings/r1/door': [404, { code: 'recording.not_found' }],
      'POST /api/v1/recordings/r1/views': [404, { code: 'recording.not_found' }],
    });
    expect(await screen.findByRole('heading', { name: 'This link does not work' })).toBeInTheDocument();
  });
});

describe('trimming', () => {
  it('is done by typing or at the place that is shown, and says what is cut off', async () => {
    const { requests } = show({ 'PATCH /api/v1/recordings/r1': [200, recording()] }, '/r/r1?trim');
    const panel = within(await screen.findByRole('region', { name: 'Trim' }));
    const video = await player();
    expect(requests.find(({ path }) => path.endsWith('/views'))?.body).toEqual({ asset: 'v' });
    expect(panel.getByText('Nothing is cut off.')).toBeInTheDocument();
    const from = panel.getByRole('textbox', { name: 'Start' });
    await userEvent.clear(from);
    await userEvent.type(from, '1:30{Enter}');
    expect(panel.getByRole('status')).toHaveTextContent(
      '1 minute and 30 seconds at the beginning are cut off.',
    );
    video.currentTime = 3600;
    settle(() => {
      video.dispatchEvent(new Event('timeupdate'));
    });
    await userEvent.click(panel.getByRole('button', { name: 'Set end here' }));
    expect(panel.getByRole('textbox', { name: 'End' })).toHaveValue('1:00:00.0');
    fireEvent.keyDown(screen.getByRole('slider', { name: 'End' }), { key: 'PageDown' });
    expect(panel.getByRole('textbox', { name: 'End' })).toHaveValue('0:59:50.0');
    await expectAccessible();
    await userEvent.click(panel.getByRole('button', { name: 'Trim' }));
    await waitFor(() =>
      expect(requests.find(({ method }) => method === 'PATCH')?.body).toEqual({
        cut: { from: 90, to: 3590 },
      }),
    );
  });

  it('refuses what is no time', async () => {
    show({}, '/r/r1?trim');
    const panel = within(await screen.findByRole('region', { name: 'Trim' }));
    const to = panel.getByRole('textbox', { name: 'End' });
    await userEvent.clear(to);
    await userEvent.type(to, 'later');
    expect(panel.getByText(/Write a time as in/)).toBeInTheDocument();
  });
});
