import { useTranslation } from 'react-i18next';
import type { Receipt } from '@/api/recordings';
import { Banner, Button, Dialog, Download } from '@/ui';
import { saveText } from './download';
import facts from './Facts.module.css';
import form from './Form.module.css';
import styles from './ReceiptDialog.module.css';
import { useLibraryWords } from './words';

export interface ReceiptDialogProps {
  title: string;
  receipt: Receipt;
  onClose: () => void;
}

/** ReceiptDialog shows what a deletion has destroyed, to be kept as evidence. */
export function ReceiptDialog({ title, receipt, onClose }: ReceiptDialogProps) {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const words = useLibraryWords();
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('receipt.title')}
      actions={
        <>
          <Button
            icon={<Download size={18} aria-hidden="true" />}
            onPress={() =>
              saveText(`${JSON.stringify(receipt, null, 2)}\n`, 'receipt.json', 'application/json')
            }
          >
            {t('receipt.save')}
          </Button>
          <Button variant="primary" onPress={onClose}>
            {common('done')}
          </Button>
        </>
      }
    >
      <div className={form['form']}>
        <Banner tone={receipt.keyTree ? 'success' : 'warning'} live>
          {t(receipt.keyTree ? 'receipt.tree' : 'receipt.noTree', { title })}
        </Banner>
        <dl className={facts['facts']}>
          <dt>{t('receipt.key')}</dt>
          <dd>
            <time dateTime={receipt.keyDestroyed}>{words.moment(receipt.keyDestroyed)}</time>
          </dd>
          <dt>{t('receipt.files')}</dt>
          <dd>{t('receipt.removed', { count: receipt.files, size: words.size(receipt.bytes) })}</dd>
          <dt>{t('receipt.erased')}</dt>
          <dd>
            {receipt.erased === null ? (
              t('receipt.soon')
            ) : (
              <time dateTime={receipt.erased}>{words.moment(receipt.erased)}</time>
            )}
          </dd>
          {receipt.signature !== '' && (
            <>
              <dt>{t('receipt.signature')}</dt>
              <dd className={styles['signature']}>{receipt.signature}</dd>
            </>
          )}
        </dl>
        <p className={form['soft']}>{t('receipt.audit')}</p>
      </div>
    </Dialog>
  );
}
