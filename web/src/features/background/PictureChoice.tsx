import type { ReactNode } from 'react';
import styles from './BackgroundSettings.module.css';

export interface PictureChoiceProps {
  group: string;
  id: string;
  label: string;
  chosen: boolean;
  onChoose: () => void;
  children: ReactNode;
}

/** One of several pictures: a radio button that looks like what it gives. */
export function PictureChoice({ group, id, label, chosen, onChoose, children }: PictureChoiceProps) {
  return (
    <label className={styles['choice']}>
      <input type="radio" name={group} value={id} checked={chosen} onChange={onChoose} />
      <span className={styles['picture']}>{children}</span>
      <span className={styles['name']}>{label}</span>
    </label>
  );
}
