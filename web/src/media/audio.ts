/**
 * The page's one AudioContext. Browsers keep it silent until the person has touched the page; it is suspended rather
 * than closed when nobody needs it, because a closed one cannot be woken and browsers allow only a few.
 */
let context: AudioContext | null = null;
let users = 0;

/** 48 kHz is what Opus and RNNoise work in. */
function shared(): AudioContext {
  context ??= new AudioContext({ sampleRate: 48_000, latencyHint: 'interactive' });
  return context;
}

/** Borrows the context; call the returned function when done with it. */
export function borrowAudio(): { readonly context: AudioContext; giveBack(): void } {
  const audio = shared();
  users += 1;
  void wake();
  let given = false;
  return {
    context: audio,
    giveBack() {
      if (given) return;
      given = true;
      users -= 1;
      if (users === 0 && audio.state === 'running') void audio.suspend();
    },
  };
}

/** Resolves whether or not the browser lets the context run now; unlockAudio() tries again on the next touch. */
async function wake(): Promise<void> {
  if (context === null || users === 0 || context.state === 'running') return;
  try {
    await context.resume();
  } catch {
    // Not allowed before a gesture; the next one comes.
  }
}

/**
 * Wakes sound on every gesture. iOS also silences the context after a phone call or a visit to another app, so this
 * stays on for the life of the page. Returns the way to end it.
 */
export function unlockAudio(): () => void {
  const events = ['pointerup', 'keydown', 'touchend'] as const;
  const onGesture = (): void => void wake();
  for (const event of events) document.addEventListener(event, onGesture, { capture: true, passive: true });
  document.addEventListener('visibilitychange', onGesture);
  return () => {
    for (const event of events) document.removeEventListener(event, onGesture, { capture: true });
    document.removeEventListener('visibilitychange', onGesture);
  };
}
