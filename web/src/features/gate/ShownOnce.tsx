import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { Button, Check, Copy, toast } from '@/ui';
import styles from './Gate.module.css';

/** A secret in the one moment in which it can be read and passed on. */
export function ShownOnce({ text, hint }: { text: string; hint: string }) {
  const { t } = useTranslation('gate');
  const { t: common } = useTranslation('common');
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      announce(common('copied'));
    } catch {
      toast.show(t('copy.failed'), { tone: 'warning' });
    }
  };
  return (
    <div className={styles['once']}>
      <p className={styles['soft']}>{hint}</p>
      <div className={styles['secret']}>
        <code>{text}</code>
        <Button
          size="small"
          icon={copied ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
          onPress={() => void copy()}
        >
          {common(copied ? 'copied' : 'copy')}
        </Button>
      </div>
    </div>
  );
}
