import { useId } from 'react';
import type { Action } from '@/features/call/action';
import { perform, useAction, useWords } from '@/features/call/perform';
import { type ButtonVariant, IconButton, VisuallyHidden } from '@/ui';
import styles from './Bar.module.css';

export interface ActionButtonProps {
  readonly action: Action;
  readonly variant?: ButtonVariant;
  readonly className?: string | undefined;
  /** What the badge counts, in words. */
  readonly counted?: string | undefined;
}

/** How a key is shown to people. */
const shown = (shortcut: string | undefined): string | undefined => shortcut?.toUpperCase();

/** The button of an action. */
export function ActionButton({
  action,
  variant = 'quiet',
  className,
  counted,
}: ActionButtonProps): React.JSX.Element | null {
  const words = useWords();
  const description = useId();
  const { hidden, pressed, why, badge, calls, icon: Icon, hint } = useAction(action);
  if (hidden === true) {
    return null;
  }
  return (
    <>
      <IconButton
        id={`action-${action.id}`}
        size="large"
        variant={variant}
        className={className ?? styles['button']}
        label={words(action.label)}
        icon={<Icon size={22} />}
        pressed={pressed}
        unavailable={why === undefined ? undefined : words(why)}
        tooltip={hint === undefined ? undefined : words(hint)}
        shortcut={shown(action.shortcut)}
        badgeTone={calls === true ? 'calls' : undefined}
        badge={badge === undefined || badge === 0 ? undefined : badge > 99 ? '99+' : badge}
        {...(counted === undefined ? {} : { 'aria-describedby': description })}
        onPress={() => void perform(action)}
      />
      {counted !== undefined && (
        <VisuallyHidden>
          <span id={description}>{counted}</span>
        </VisuallyHidden>
      )}
    </>
  );
}
