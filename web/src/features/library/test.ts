import type { Recording, RecordingSettings } from '@/api/recordings';

/** What is made of the recordings of a new meeting. */
export const recordingSettings: RecordingSettings = {
  layout: 'speaker',
  height: 720,
  names: true,
  logo: true,
  mark: '',
  speakerChapters: false,
  audio: false,
  speakers: false,
  days: 0,
  sharing: { with: 'nobody', download: false, watermark: false },
};

/** A recording as the server tells of it, for tests. */
export function recording(change: Partial<Recording> = {}): Recording {
  return {
    id: 'r1',
    meeting: 'm',
    meetingName: 'Town council',
    title: 'Town council, budget',
    startedAt: '2026-03-12T12:00:00Z',
    endedAt: '2026-03-12T13:04:00Z',
    length: 3840,
    state: 'ready',
    problem: '',
    progress: 1,
    size: 734_003_200,
    chapters: [
      { at: 0, title: 'Opening' },
      { at: 600, title: 'Budget' },
    ],
    assets: [{ id: 'v', kind: 'video', name: '', size: 734_003_200 }],
    sharing: {
      with: 'nobody',
      download: false,
      watermark: false,
      linkSet: false,
      linkExpires: null,
      passcodeSet: false,
    },
    settings: recordingSettings,
    expiresAt: '2026-06-10T12:00:00Z',
    hold: null,
    cut: null,
    poster: false,
    may: { watch: true, download: true, manage: true, oversee: true, withdraw: true },
    ...change,
  };
}
