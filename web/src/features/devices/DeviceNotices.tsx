import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useMedia } from '@/media';
import { toast } from '@/ui';
import { noticeText } from './notice';

/** Tells what happened to a device without the person's doing. Once on a page. */
export function DeviceNotices() {
  const { t } = useTranslation('media');
  const notice = useMedia((media) => media.notice);
  const told = useRef(0);
  useEffect(() => {
    if (notice === null || notice.id <= told.current) return;
    told.current = notice.id;
    const text = noticeText(t, notice);
    if (text !== null) toast.show(text, { tone: notice.event === 'gone' ? 'warning' : 'info' });
  }, [notice, t]);
  return null;
}
