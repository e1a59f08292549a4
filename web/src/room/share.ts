/** Asks the person for a screen to share. No LiveKit here: it must run inside the click. */

/** Hints that the DOM types do not know yet; browsers ignore what they do not know. */
interface DisplayHints extends DisplayMediaStreamOptions {
  systemAudio: 'include';
  surfaceSwitching: 'include';
  selfBrowserSurface: 'exclude';
  monitorTypeSurfaces: 'include';
}

const hints: DisplayHints = {
  video: {
    width: { max: 1920 },
    height: { max: 1080 },
    frameRate: { ideal: 30, max: 30 },
  },
  // What is shared is music and films as well as speech: it must arrive as it is.
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  systemAudio: 'include',
  surfaceSwitching: 'include',
  selfBrowserSurface: 'exclude',
  monitorTypeSurfaces: 'include',
};

/** Whether this browser can share a screen; phones cannot. */
export function canShare(): boolean {
  return 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices;
}

/** The chosen screen, or null when the person thought better of it. */
export async function chooseScreen(): Promise<MediaStream | null> {
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia(hints);
    for (const track of stream.getVideoTracks()) {
      // Letters stay sharp; under pressure frames are dropped instead of pixels.
      track.contentHint = 'detail';
    }
    return stream;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotAllowedError') {
      return null;
    }
    throw error;
  }
}

/** Ends the capture, so that the browser's own "is sharing" bar goes away. */
export function closeScreen(stream: MediaStream): void {
  for (const track of stream.getTracks()) {
    track.stop();
  }
}
