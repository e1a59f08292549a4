import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button, IconButton } from './Button';
import { cx } from './cx';
import styles from './Dialog.module.css';
import { X } from './icons';

interface OpenProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}

export interface DialogProps extends OpenProps {
  title: string;
  children: ReactNode;
  /** Buttons at the foot, the primary one last. */
  actions?: ReactNode;
  size?: 'small' | 'medium' | 'large';
  /** A press beside the dialog closes it; not for forms somebody may have filled in. */
  isDismissable?: boolean;
}

export function Dialog({
  title,
  children,
  actions,
  size = 'medium',
  isDismissable = false,
  ...open
}: DialogProps) {
  const { t } = useTranslation('common');
  return (
    <ModalOverlay {...open} isDismissable={isDismissable} className={cx(styles['veil'])}>
      <Modal className={cx(styles['box'], styles[size])}>
        <AriaDialog className={cx(styles['dialog'])}>
          <div className={styles['head']}>
            <Heading slot="title" level={2} className={cx(styles['title'])}>
              {title}
            </Heading>
            <IconButton
              label={t('close')}
              icon={<X size={20} />}
              tooltip={false}
              onPress={() => open.onOpenChange(false)}
            />
          </div>
          <div className={styles['body']}>{children}</div>
          {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export interface ConfirmDialogProps extends OpenProps {
  /** The question. */
  title: string;
  /** What will happen. */
  children: ReactNode;
  /** The verb on the button. */
  confirmLabel: string;
  onConfirm: () => void;
  tone?: 'danger' | 'primary';
  isPending?: boolean;
}

/** ConfirmDialog asks before what cannot be undone. */
export function ConfirmDialog({
  title,
  children,
  confirmLabel,
  onConfirm,
  tone = 'danger',
  isPending = false,
  ...open
}: ConfirmDialogProps) {
  const { t } = useTranslation('common');
  return (
    <ModalOverlay {...open} className={cx(styles['veil'])}>
      <Modal className={cx(styles['box'], styles['small'])}>
        <AriaDialog role="alertdialog" className={cx(styles['dialog'], styles['confirm'])}>
          <div className={styles['head']}>
            <Heading slot="title" level={2} className={cx(styles['title'])}>
              {title}
            </Heading>
          </div>
          <div className={styles['body']}>{children}</div>
          <div className={styles['actions']}>
            <Button onPress={() => open.onOpenChange(false)} autoFocus>
              {t('cancel')}
            </Button>
            <Button variant={tone} isPending={isPending} onPress={onConfirm}>
              {confirmLabel}
            </Button>
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export interface SheetProps extends OpenProps {
  title: string;
  children: ReactNode;
  /** Fills the screen's height at once, for panels whose content grows. */
  tall?: boolean;
  /** Children do their own padding and scrolling. */
  filled?: boolean;
  headActions?: ReactNode;
}

/** Sheet rises from the lower edge of a phone. */
export function Sheet({ title, children, tall = false, filled = false, headActions, ...open }: SheetProps) {
  const { t } = useTranslation('common');
  return (
    <ModalOverlay {...open} isDismissable className={cx(styles['veil'], styles['sheetVeil'])}>
      <Modal className={cx(styles['box'], styles['sheet'], tall && styles['tall'])}>
        <AriaDialog className={cx(styles['dialog'])}>
          <div className={styles['head']}>
            <Heading slot="title" level={2} className={cx(styles['title'])}>
              {title}
            </Heading>
            <div className={styles['headActions']}>
              {headActions}
              <IconButton
                label={t('close')}
                icon={<X size={20} />}
                tooltip={false}
                onPress={() => open.onOpenChange(false)}
              />
            </div>
          </div>
          <div className={cx(styles['body'], filled && styles['filled'])}>{children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
