import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { Banner, Button, Check, Copy, Printer } from '@/ui';
import styles from './Account.module.css';

export interface RecoveryCodesProps {
  codes: readonly string[];
  /** What the button to go on says. */
  doneLabel: string;
  onDone: () => void;
}

/** RecoveryCodes shows the codes for when app and passkeys are lost: this one time. */
export function RecoveryCodes({ codes, doneLabel, onDone }: RecoveryCodesProps) {
  const { t } = useTranslation('account');
  const { t: common } = useTranslation('common');
  const [copied, setCopied] = useState(false);
  const onCopy = async () => {
    try {
      await navigator.clipboard.writeText(codes.join('\n'));
      setCopied(true);
      announce(common('copied'));
    } catch {
      setCopied(false); // they can be selected, or printed
    }
  };
  return (
    <div className={styles['steps']}>
      <Banner tone="warning" live title={t('codes.once.title')}>
        {t('codes.once')}
      </Banner>
      <ul role="list" className={styles['codes']} aria-label={t('codes.title')}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className={styles['actions']}>
        <Button
          icon={copied ? <Check size={18} aria-hidden="true" /> : <Copy size={18} aria-hidden="true" />}
          onPress={() => void onCopy()}
        >
          {copied ? common('copied') : t('codes.copy')}
        </Button>
        <Button icon={<Printer size={18} aria-hidden="true" />} onPress={() => window.print()}>
          {t('codes.print')}
        </Button>
        <Button variant="primary" onPress={onDone}>
          {doneLabel}
        </Button>
      </div>
    </div>
  );
}
