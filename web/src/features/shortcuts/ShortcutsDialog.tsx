import { useTranslation } from 'react-i18next';
import { type Action, actionContext } from '@/features/call/action';
import { useWords } from '@/features/call/perform';
import { closeDialog, useCall } from '@/features/call/store';
import { keyName } from '@/features/devices/keyName';
import { useMedia } from '@/media';
import { Dialog } from '@/ui';
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
  const words = useWords();
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
              <th scope="row">{words(label)}</th>
              <td>
                <Key>{shortcut.toLocaleUpperCase()}</Key>
              </td>
            </tr>
          ))}
          <tr>
            <th scope="row">
              {t('talk')}
              {!talk.enabled && <span className={styles['soft']}>{t('talk.off')}</span>}
            </th>
            <td>
              <Key>{keyName(talk.key, t('space'))}</Key>
            </td>
          </tr>
        </tbody>
      </table>
    </>
  );
}

function Key({ children }: { children: string }) {
  return <kbd className={styles['key']}>{children}</kbd>;
}
