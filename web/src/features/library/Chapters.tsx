import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { type Chapter, chapterAt } from './chapters';
import styles from './Chapters.module.css';
import { clock } from './time';
import { usePlayer } from './usePlayer';
import { useLibraryWords } from './words';

export interface ChaptersProps {
  chapters: readonly Chapter[];
  video: HTMLVideoElement | null;
  onGo: (at: number) => void;
}

/** Chapters lists where one can begin to watch. */
export function Chapters({ chapters, video, onGo }: ChaptersProps) {
  const { t } = useTranslation('player');
  const words = useLibraryWords();
  const title = useId();
  const { at } = usePlayer(video);
  const here = chapterAt(chapters, at);
  if (chapters.length < 2) return null;
  return (
    <nav className={styles['chapters']} aria-labelledby={title}>
      <h2 id={title}>{t('chapters')}</h2>
      <ol role="list">
        {chapters.map((chapter, index) => (
          <li key={chapter.at}>
            <button
              type="button"
              className={styles['chapter']}
              aria-current={index === here || undefined}
              onClick={() => onGo(chapter.at)}
            >
              <span aria-hidden="true">{clock(chapter.at)}</span>
              <span>{chapter.title}</span>
              <span className="visually-hidden">{t('chapters.at', { at: words.place(chapter.at) })}</span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
