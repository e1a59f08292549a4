import { useEffect, useState } from 'react';
import { formatTime } from '@/i18n';

const minute = 60_000;

/** The time of day here. */
export function Clock(): React.JSX.Element {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setTimeout(
      () => {
        setNow(Date.now());
      },
      minute - (now % minute) + 5,
    );
    return () => {
      clearTimeout(timer);
    };
  }, [now]);
  return <time dateTime={new Date(now).toISOString().slice(0, 16)}>{formatTime(now)}</time>;
}
