import { useTranslation } from 'react-i18next';
import { Dialog, Switch } from '@/ui';
import { playerKeys } from './keys';
import styles from './KeysDialog.module.css';

export interface KeysDialogProps {
  on: boolean;
  onChange: (on: boolean) => void;
  onClose: () => void;
}

/** KeysDialog lists the player's keys; who dictates to their computer can switch them off. */
export function KeysDialog({ on, onChange, onClose }: KeysDialogProps) {
  const { t } = useTranslation('player');
  return (
    <Dialog isOpen onOpenChange={onClose} title={t('keys')} isDismissable>
      <Switch label={t('keys.on')} description={t('keys.on.text')} value={on} onChange={onChange} />
      <table className={styles['keys']}>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{t('keys.what')}</th>
            <th scope="col">{t('keys.key')}</th>
          </tr>
        </thead>
        <tbody>
          {playerKeys.map(({ id, keys }) => (
            <tr key={id}>
              <th scope="row">{t(`keys.${id}`)}</th>
              <td>
                {keys.map((key) => (
                  <kbd key={key}>{keyWord(key)}</kbd>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );

  function keyWord(key: string): string {
    if (key === 'Space') return t('keys.space');
    if (key === 'Page up') return t('keys.pageUp');
    if (key === 'Page down') return t('keys.pageDown');
    if (key === 'Home') return t('keys.home');
    return key === 'End' ? t('keys.end') : key;
  }
}
