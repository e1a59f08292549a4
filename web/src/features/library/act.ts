import { type Chapter, neighbour } from './chapters';
import { nextSpeed, type PlayerCommand } from './keys';

const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

/** togglePlay plays or pauses; a browser that wants a press first just stays paused. */
export function togglePlay(video: HTMLVideoElement): void {
  if (video.paused || video.ended) void video.play().catch(() => undefined);
  else video.pause();
}

export function goTo(video: HTMLVideoElement, at: number): void {
  const length = Number.isFinite(video.duration) ? video.duration : 0;
  video.currentTime = clamp(at, 0, length);
}

export function toggleCaptions(video: HTMLVideoElement): void {
  const tracks = Array.from(video.textTracks);
  const shown = tracks.some(({ mode }) => mode === 'showing');
  tracks.forEach((track, index) => {
    track.mode = !shown && index === 0 ? 'showing' : 'disabled';
  });
}

/** setVolume makes it as loud as 0 to 1 says; who moves the slider wants to hear it. */
export function setVolume(video: HTMLVideoElement, volume: number): void {
  video.muted = false;
  video.volume = clamp(volume, 0, 1);
}

export function setSpeed(video: HTMLVideoElement, speed: number): void {
  video.playbackRate = speed;
}

/** act does to the video what a key asks; what concerns the page around it is the page's. */
export function act(command: PlayerCommand, video: HTMLVideoElement, chapters: readonly Chapter[]): void {
  switch (command.do) {
    case 'toggle':
      togglePlay(video);
      break;
    case 'skip':
      goTo(video, video.currentTime + command.by);
      break;
    case 'goTo':
      goTo(video, video.duration * command.share);
      break;
    case 'chapter': {
      const at = neighbour(chapters, video.currentTime, command.by);
      if (at !== undefined) goTo(video, at);
      break;
    }
    case 'speed':
      setSpeed(video, nextSpeed(video.playbackRate, command.by));
      break;
    case 'volume':
      // Two digits: adding 0.05 twenty times is not 1.
      setVolume(video, Math.round((video.volume + command.by) * 100) / 100);
      break;
    case 'mute':
      video.muted = !video.muted;
      break;
    case 'captions':
      toggleCaptions(video);
      break;
    case 'fullscreen':
    case 'help':
      break;
  }
}
