import { useTranslation } from 'react-i18next';
import { type Action, actionContext } from '@/features/call/action';
import { closeDialog, useCall } from '@/features/call/store';
import { useMedia } from '@/media';
import { Dialog } from '@/ui';
import { keyLabel } from './keys';
import styles from './Shortcuts.module.css';

interface Props {
  /** All actions of the call; those with a key that are offered to this person are listed. */
  actions: readonly Action[];
}

/** Which key does what. */
export function ShortcutsDialog({ actions }: Props) {
  const { t } = useTranslation('shortcuts');
  const isOpen = useCall((state) => state.dialog === 'shortcuts');
  return (
    <Dialog
      title={t('title')}
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) closeDialog();
      }}
      isDismissable
    >
      <List actions={actions} />
    </Dialog>
  );
}

function List({ actions }: Props) {
  const { t } = useTranslation('shortcuts');
  const { i18n } = useTranslation();
  const talk = useMedia((state) => state.pushToTalk);
  const context = actionContext();
  const offered = actions.filter(
    ({ shortcut, state }) => shortcut !== undefined && state(context).hidden !== true,
  );
  return (
    <>
      <p className={styles['soft']}>{t('text')}</p>
      <table className={styles['table']}>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{t('action')}</th>
            <th scope="col">{t('keys')}</th>
          </tr>
        </thead>
        <tbody>
          {offered.map(({ id, label, shortcut = '' }) => (
            <tr key={id}>
              <th scope="row">{i18n.t(label)}</th>
              <td>
                <Key of={shortcut} />
              </td>
            </tr>
          ))}
          <tr>
            <th scope="row">
              {t('talk')}
              {!talk.enabled && <span className={styles['soft']}>{t('talk.off')}</span>}
            </th>
            <td>
              <Key of={talk.key} />
            </td>
          </tr>
        </tbody>
      </table>
    </>
  );
}

function Key({ of }: { of: string }) {
  const { t } = useTranslation('shortcuts');
  const label = keyLabel(of);
  return <kbd className={styles['key']}>{'name' in label ? t(`key.${label.name}`) : label.character}</kbd>;
}
