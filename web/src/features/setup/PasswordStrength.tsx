import { useTranslation } from 'react-i18next';
import styles from './SetupPage.module.css';
import { strengthOf, type Strength } from './strength';

const bars: Record<Strength, number> = { short: 0, weak: 1, good: 2, strong: 3 };

/** PasswordStrength shows in bars and in words how good the password is. */
export function PasswordStrength({ password }: { password: string }) {
  const { t } = useTranslation('setup');
  if (password === '') return t('password.hint');
  const strength = strengthOf(password);
  return (
    <span className={styles['strength']}>
      <span className={styles['bars']} data-strength={strength} aria-hidden="true">
        {[1, 2, 3].map((bar) => (
          <span key={bar} data-filled={bar <= bars[strength] || undefined} />
        ))}
      </span>
      <span>{t(`password.${strength}`)}</span>
    </span>
  );
}
