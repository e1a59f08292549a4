import { useTranslation } from 'react-i18next';
import styles from './Gate.module.css';
import { useChange } from './queries';
import type { SectionProps } from './section';
import { SecretFields } from './SecretFields';

/** The PIN by which an owner is known on a device on which they are not signed in. */
export function HostPin({ meeting }: SectionProps) {
  const { t } = useTranslation('gate');
  const save = useChange(meeting.id);
  return (
    <>
      <p className={styles['soft']}>{t('pin.text')}</p>
      <SecretFields kind="pin" set={meeting.hostPinSet} onSave={(hostPin) => save({ hostPin })} />
    </>
  );
}
