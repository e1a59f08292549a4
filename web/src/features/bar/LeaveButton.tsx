import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openDialog } from '@/features/call/store';
import { live, useMay } from '@/live';
import { Button, PhoneOff, Popover } from '@/ui';
import styles from './Bar.module.css';

/** Leaves at once; those who may end the meeting are asked which of the two they mean. */
export function LeaveButton(): React.JSX.Element {
  const { t } = useTranslation('bar');
  const mayEnd = useMay('end');
  const [open, setOpen] = useState(false);
  const icon = <PhoneOff size={22} aria-hidden="true" />;
  const words = <span className={styles['leaveWords']}>{t('leave')}</span>;
  if (!mayEnd) {
    return (
      <Button variant="danger" size="large" icon={icon} className={styles['leave']} onPress={live.leave}>
        {words}
      </Button>
    );
  }
  return (
    <Popover
      label={t('leave')}
      placement="top end"
      isOpen={open}
      onOpenChange={setOpen}
      trigger={
        <Button variant="danger" size="large" icon={icon} className={styles['leave']}>
          {words}
        </Button>
      }
    >
      <div className={styles['leaveChoices']}>
        <Button wide autoFocus onPress={live.leave}>
          {t('leave')}
        </Button>
        <Button
          wide
          variant="danger"
          onPress={() => {
            setOpen(false);
            openDialog('end');
          }}
        >
          {t('end')}
        </Button>
      </div>
    </Popover>
  );
}
