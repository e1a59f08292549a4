import { create } from 'zustand';
import { api } from '@/api';

interface Deletions {
  /** Meetings that are gone for the eye; the server is told when nobody has undone it. */
  waiting: ReadonlySet<string>;
  /** Those of which the server has been told. */
  told: ReadonlySet<string>;
  add: (id: string) => void;
  undo: (id: string) => void;
  /** Carries a deletion out; resolves to the failure, if any. */
  carryOut: (id: string) => Promise<unknown>;
}

/** useDeletions keeps deletions that can still be undone. */
export const useDeletions = create<Deletions>((set, get) => {
  const without = (id: string) => ({
    waiting: new Set([...get().waiting].filter((other) => other !== id)),
    told: new Set([...get().told].filter((other) => other !== id)),
  });
  return {
    waiting: new Set(),
    told: new Set(),
    add: (id) => set({ waiting: new Set([...get().waiting, id]) }),
    undo: (id) => set(without(id)),
    carryOut: async (id) => {
      if (!get().waiting.has(id) || get().told.has(id)) return undefined;
      set({ told: new Set([...get().told, id]) });
      try {
        await api.deleteMeeting(id);
        return undefined;
      } catch (error) {
        set(without(id)); // it is still there: show it again
        return error;
      }
    },
  };
});

// A closed tab can no longer undo anything: what was deleted is deleted.
window.addEventListener('pagehide', () => {
  const { waiting, carryOut } = useDeletions.getState();
  for (const id of waiting) void carryOut(id);
});
