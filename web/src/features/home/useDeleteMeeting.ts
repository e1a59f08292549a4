import { useTranslation } from 'react-i18next';
import { textOf, useDropMeeting, type Meeting } from '@/api';
import { toast } from '@/ui';
import { useDeletions } from './deletions';

/** useDeleteMeeting takes a meeting away with ten seconds to undo it. */
export function useDeleteMeeting(): (meeting: Meeting) => void {
  const { t } = useTranslation('home');
  const { t: common } = useTranslation('common');
  const drop = useDropMeeting();
  const { add, undo, carryOut } = useDeletions.getState();
  return (meeting) => {
    add(meeting.id);
    toast.show(t('deleted', { name: meeting.name }), {
      tone: 'success',
      action: { label: common('undo'), onPress: () => undo(meeting.id) },
      onClose: () => {
        if (!useDeletions.getState().waiting.has(meeting.id)) return;
        void carryOut(meeting.id).then((failure) => {
          if (failure === undefined) drop(meeting.id);
          else toast.show(textOf(failure), { tone: 'danger' });
        });
      },
    });
  };
}
