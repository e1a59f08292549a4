import { useTranslation } from 'react-i18next';
import { formatDate, formatList, formatTime } from '@/i18n';
import { daysLeft, lengthParts } from './time';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** sizeOf gives a number of bytes in the unit people use for it: "1.4 GB". */
export function sizeOf(bytes: number, locale: string): string {
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: step > 2 ? 1 : 0,
  }).format(bytes / 1000 ** step);
}

/** useLibraryWords puts sizes, lengths and moments of recordings into words. */
export function useLibraryWords() {
  const { t, i18n } = useTranslation('library');
  const length = (seconds: number) => {
    const parts = lengthParts(seconds);
    const words = [
      ...(parts.hours > 0 ? [t('length.hours', { count: parts.hours })] : []),
      ...(parts.minutes > 0 ? [t('length.minutes', { count: parts.minutes })] : []),
      ...(parts.hours === 0 && (parts.seconds > 0 || parts.minutes === 0)
        ? [t('length.seconds', { count: parts.seconds })]
        : []),
    ];
    return formatList(words);
  };
  return {
    size: (bytes: number) => sizeOf(bytes, i18n.language),
    /** "1 hour and 4 minutes": what is read out, where "1:04:00" would be read as numbers. */
    length,
    /** The same of a place that a clock shows, which does not round up either. */
    place: (seconds: number) => length(Math.floor(seconds)),
    moment: (at: number | string) => `${formatDate(new Date(at))}, ${formatTime(new Date(at))}`,
    /** When it is deleted: "Deleted in 6 days". */
    ends: (at: number | string, now: number) => {
      const days = daysLeft(new Date(at).getTime(), now);
      return days === 0 ? t('ends.today') : t('ends', { count: days });
    },
  };
}
