import type { TFunction } from 'i18next';
import type { Notice } from '@/media';

/** The sentence for a notice; null for what cannot happen to that kind of device. */
export function noticeText(t: TFunction<'media'>, { device, event, from, to }: Notice): string | null {
  switch (event) {
    case 'lost':
      return t(`notice.${device}.lost`, { from, to: to === '' ? t(device) : to });
    case 'returned':
      return t(`notice.${device}.returned`, { to });
    case 'gone':
      return device === 'speaker' ? null : t(`notice.${device}.gone`, { from });
    case 'unusable':
      return device === 'speaker' ? null : t(`notice.${device}.unusable`);
    case 'followed':
      return device === 'microphone' ? t('notice.microphone.followed', { to }) : null;
    case 'noise':
      return t('notice.noise');
  }
}
