import { afterEach, expect, it, vi } from 'vitest';
import { connectionLost, LiveFault, useLive } from '@/live';
import { toast } from '@/ui';
import { attempt } from './attempt';

afterEach(() => {
  vi.restoreAllMocks();
  useLive.setState(useLive.getInitialState(), true);
});

it.each([
  ['open', connectionLost, 1],
  ['reconnecting', connectionLost, 1],
  ['over', connectionLost, 0],
  ['over', 'right.missing', 1],
] as const)('in the phase "%s" tells of "%s" %i times', async (phase, code, times) => {
  const show = vi.spyOn(toast, 'show').mockReturnValue(() => undefined);
  useLive.setState({ phase });
  expect(await attempt(Promise.reject(new LiveFault(code)))).toBe(false);
  expect(show).toHaveBeenCalledTimes(times);
});
