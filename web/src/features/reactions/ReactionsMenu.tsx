import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { attempt } from '@/features/notices/attempt';
import { live, LiveFault, useMay } from '@/live';
import { type ButtonSize, type ButtonVariant, IconButton, Popover, SmilePlus } from '@/ui';
import { type Kind, kinds } from './kinds';
import { Picture } from './Picture';
import styles from './Reactions.module.css';

interface Props {
  /** As the other buttons of the bar look. */
  size?: ButtonSize;
  variant?: ButtonVariant;
  className?: string | undefined;
}

/** The bar's "Reactions" button and what it opens. */
export function ReactionsMenu({ size = 'large', variant = 'quiet', className }: Props) {
  const { t } = useTranslation('reactions');
  const may = useMay('react');
  const [open, setOpen] = useState(false);
  const trigger = (
    <IconButton
      label={t('button')}
      icon={<SmilePlus size={22} aria-hidden="true" />}
      size={size}
      variant={variant}
      className={className}
      unavailable={may ? undefined : t('off')}
    />
  );
  if (!may) return trigger;
  return (
    <Popover label={t('menu')} trigger={trigger} placement="top" isOpen={open} onOpenChange={setOpen}>
      <div className={styles['choices']}>
        {kinds.map((kind) => (
          <IconButton
            key={kind}
            label={t(`kind.${kind}`)}
            icon={<Picture kind={kind} />}
            size="large"
            onPress={() => {
              setOpen(false);
              void react(kind);
            }}
          />
        ))}
      </div>
    </Popover>
  );
}

/** One reaction too many is simply not shown; that is nothing to be told of. */
async function react(kind: Kind): Promise<void> {
  const sent = live.send('react', { kind }).catch((error: unknown) => {
    if (!(error instanceof LiveFault && error.code === 'rate.limited')) throw error;
  });
  await attempt(sent);
}
