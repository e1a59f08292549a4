import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  type Ban,
  gate,
  type Invite,
  type InviteDraft,
  type MeetingChange,
  textOf,
  useChangeMeeting,
} from '@/api';
import { toast } from '@/ui';

const invites = (meeting: string) =>
  queryOptions({ queryKey: ['invites', meeting], queryFn: () => gate.invites(meeting) });
const bans = (meeting: string) =>
  queryOptions({ queryKey: ['bans', meeting], queryFn: () => gate.bans(meeting) });

export const useInvites = (meeting: string) => useQuery(invites(meeting));
export const useBans = (meeting: string) => useQuery(bans(meeting));

/** Makes a personal link; the answer holds its secret, which is shown once and kept nowhere. */
export function useMakeInvite(meeting: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: InviteDraft) => gate.invite(meeting, draft),
    gcTime: 0,
    onSuccess: ({ invite }) => {
      client.setQueryData(invites(meeting).queryKey, (present: Invite[] | undefined) => [
        invite,
        ...(present ?? []),
      ]);
    },
  });
}

export function useRevoke(meeting: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (invite: string) => gate.revoke(meeting, invite),
    onSuccess: (_, id) => {
      client.setQueryData(invites(meeting).queryKey, (present: Invite[] | undefined) =>
        present?.map((each) => (each.id === id ? { ...each, revoked: true } : each)),
      );
    },
    onError: (error) => toast.show(textOf(error), { tone: 'danger' }),
  });
}

export function useLiftBan(meeting: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (ban: string) => gate.liftBan(meeting, ban),
    onSuccess: (_, id) => {
      client.setQueryData(bans(meeting).queryKey, (present: Ban[] | undefined) =>
        present?.filter((each) => each.id !== id),
      );
    },
    onError: (error) => toast.show(textOf(error), { tone: 'danger' }),
  });
}

/** Changes the meeting at once; tells when that was refused. Resolves with whether it was done. */
export function useChange(meeting: string): (change: MeetingChange) => Promise<boolean> {
  const { mutateAsync } = useChangeMeeting();
  return async (change) => {
    try {
      await mutateAsync({ id: meeting, change });
      return true;
    } catch (error) {
      toast.show(textOf(error), { tone: 'danger' });
      return false;
    }
  };
}
