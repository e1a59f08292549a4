import type { LiveState, Waiter } from '@/live';

/** Who waits to be let in; those who only wait for a free place come by themselves. */
export function knocking({ gate }: Pick<LiveState, 'gate'>): Waiter[] {
  return gate?.waiting.filter(({ reason }) => reason === 'lobby') ?? [];
}
