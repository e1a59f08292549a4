import { useTranslation } from 'react-i18next';
import { Button, CopyField, Dialog } from '@/ui';
import styles from './Admin.module.css';

export interface OneTimeLinkProps {
  name: string;
  link: string;
  onClose: () => void;
}

/** OneTimeLink shows the link by which a person sets their password: this one time. */
export function OneTimeLink({ name, link, onClose }: OneTimeLinkProps) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('link.title', { name })}
      actions={
        <Button variant="primary" onPress={onClose}>
          {common('done')}
        </Button>
      }
    >
      <div className={styles['form']}>
        <p>{t('link.text')}</p>
        <CopyField label={t('link')} text={link} />
      </div>
    </Dialog>
  );
}
