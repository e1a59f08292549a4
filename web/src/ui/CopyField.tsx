import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y/announce';
import { Button } from './Button';
import styles from './CopyField.module.css';
import { Check, Copy } from './icons';

export interface CopyFieldProps {
  /** What it is, read out before the text. */
  label: string;
  text: string;
}

/** CopyField shows a text that is meant to be taken elsewhere. */
export function CopyField({ label, text }: CopyFieldProps) {
  const { t } = useTranslation('common');
  const [copied, setCopied] = useState(false);
  const onCopy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      announce(t('copied'));
    } catch {
      setCopied(false); // the text stays selectable with one click
    }
  };
  return (
    <div className={styles['field']}>
      <span className="visually-hidden">{label}: </span>
      <code className={styles['text']}>{text}</code>
      <Button
        className={styles['button']}
        icon={copied ? <Check size={18} aria-hidden="true" /> : <Copy size={18} aria-hidden="true" />}
        onPress={() => void onCopy()}
      >
        {t(copied ? 'copied' : 'copy')}
      </Button>
    </div>
  );
}
