import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { type DataSaver, media } from '@/media';
import { useRoom } from '@/room';
import { toast } from '@/ui';

/** Once said no, nobody is asked again for so long, ms. */
const pause = 5 * 60_000;

/** What helps next. */
const next: Readonly<Record<DataSaver, DataSaver>> = { off: 'low', low: 'audio', audio: 'audio' };

/** Proposes to save data when the network has not carried the call for a while. */
export function useSavingProposal(): void {
  const { t } = useTranslation('call');
  useEffect(() => {
    let asked = Number.NEGATIVE_INFINITY;
    return useRoom.subscribe(({ congested }, before) => {
      const { dataSaver, setDataSaver } = media.getState();
      const better = next[dataSaver];
      const now = performance.now();
      if (!congested || before.congested || better === dataSaver || now - asked < pause) {
        return;
      }
      asked = now;
      toast.show(t(better === 'low' ? 'saving.low' : 'saving.audio'), {
        tone: 'warning',
        timeout: 20_000,
        action: {
          label: t(better === 'low' ? 'saving.low.do' : 'saving.audio.do'),
          onPress: () => {
            setDataSaver(better);
          },
        },
      });
    });
  }, [t]);
}
