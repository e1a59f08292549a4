import { perform, useAction, useActions, useWords } from '@/features/call/perform';
import { useCall } from '@/features/call/store';
import { IconButton, Menu } from '@/ui';
import { useTranslation } from 'react-i18next';
import { record, recordingSteps } from './actions';
import styles from './RecordMenu.module.css';

/** The bar's "Record": asks how to begin, and while it runs opens what can be done about it. */
export function RecordMenu({
  className,
}: {
  readonly className?: string | undefined;
}): React.JSX.Element | null {
  const { t } = useTranslation('recording');
  const words = useWords();
  const open = useCall((state) => state.recordMenu);
  const steps = useActions(recordingSteps);
  const { hidden, pressed, why, icon: Icon, hint } = useAction(record);
  if (hidden === true) {
    return null;
  }
  const trigger = (
    <IconButton
      id={`action-${record.id}`}
      size="large"
      variant="quiet"
      className={`${className ?? ''} ${styles['record'] ?? ''}`}
      label={words(record.label)}
      icon={<Icon size={22} />}
      pressed={pressed}
      unavailable={why === undefined ? undefined : words(why)}
      tooltip={hint === undefined ? undefined : words(hint)}
      shortcut={record.shortcut?.toUpperCase()}
      onPress={() => void perform(record)}
    />
  );
  if (pressed !== true) {
    return trigger;
  }
  const items = recordingSteps.flatMap((action) => {
    const step = steps.get(action);
    if (step === undefined || step.hidden === true) {
      return [];
    }
    return [
      {
        id: action.id,
        label: words(action.label),
        icon: <step.icon size={20} />,
        danger: action.id === 'recordStop',
        onAction: () => void perform(action),
      },
    ];
  });
  return (
    <Menu
      label={t('menu')}
      placement="top"
      items={items}
      trigger={trigger}
      isOpen={open}
      onOpenChange={(isOpen) => {
        useCall.setState({ recordMenu: isOpen });
      }}
    />
  );
}
