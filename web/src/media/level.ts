/** How loud a microphone is, told by callback so that a moving meter does not render React's tree. */
import { useEffect, useRef } from 'react';
import { borrowAudio } from './audio';

/** Speech lies between −55 dBFS (room) and −15 dBFS (close and loud); the meter shows this range as 0..1. */
const quietest = -55;
const loudest = -15;
/** How fast the meter falls, per second; it rises at once. */
const fall = 2.5;

export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(samples.length, 1));
  const decibels = 20 * Math.log10(Math.max(rms, 1e-6));
  return Math.min(1, Math.max(0, (decibels - quietest) / (loudest - quietest)));
}

/** Calls back with 0..1 on each frame while the page is seen. Returns the way to stop. */
export function watchLevel(track: MediaStreamTrack, onLevel: (level: number) => void): () => void {
  const audio = borrowAudio();
  const source = audio.context.createMediaStreamSource(new MediaStream([track]));
  const analyser = new AnalyserNode(audio.context, { fftSize: 1024 });
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let shown = 0;
  let last = performance.now();
  let frame = requestAnimationFrame(function tick(now) {
    analyser.getFloatTimeDomainData(samples);
    const fallen = shown - (fall * Math.max(0, now - last)) / 1000;
    last = now;
    shown = Math.max(levelOf(samples), fallen, 0);
    onLevel(shown);
    frame = requestAnimationFrame(tick);
  });
  return () => {
    cancelAnimationFrame(frame);
    source.disconnect();
    audio.giveBack();
  };
}

/** Keeps the custom property --level (0..1) of the returned element up to date while the track lives. */
export function useLevel<T extends HTMLElement>(track: MediaStreamTrack | null): React.RefObject<T | null> {
  const element = useRef<T>(null);
  useEffect(() => {
    const { current } = element;
    if (track === null || current === null) return;
    const stop = watchLevel(track, (level) => {
      current.style.setProperty('--level', level.toFixed(3));
    });
    return () => {
      stop();
      current.style.removeProperty('--level');
    };
  }, [track]);
  return element;
}
