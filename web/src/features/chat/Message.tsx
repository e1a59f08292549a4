import { memo } from 'react';
import { pieces } from './links';
import styles from './Chat.module.css';

/** A message's words as they were written: text only, addresses made clickable, never fetched. */
export const Words = memo(function Words({ text }: { text: string }) {
  return (
    <p className={styles['text']} dir="auto">
      {pieces(text).map(({ text: part, href }, index) =>
        href === undefined ? (
          part
        ) : (
          // The pieces of a text never change places, so their index is their identity.
          <a
            key={index}
            href={href}
            target="_blank"
            rel="noopener noreferrer nofollow"
            referrerPolicy="no-referrer"
          >
            {part}
          </a>
        ),
      )}
    </p>
  );
});
