import type { ComponentProps, ReactNode, Ref } from 'react';
import {
  Button as AriaButton,
  ToggleButton as AriaToggleButton,
  Link as AriaLink,
  type ButtonProps as AriaButtonProps,
} from 'react-aria-components';
import styles from './Button.module.css';
import { cx } from './cx';
import { Spinner } from './Spinner';
import { Tooltip } from './Tooltip';
import { announce } from '@/a11y/announce';

export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';
export type ButtonSize = 'small' | 'medium' | 'large';

type Pressable = Pick<
  AriaButtonProps,
  | 'onPress'
  | 'form'
  | 'isDisabled'
  | 'autoFocus'
  | 'id'
  | 'aria-expanded'
  | 'aria-controls'
  | 'aria-describedby'
  | 'aria-haspopup'
>;

interface Look {
  variant?: ButtonVariant;
  size?: ButtonSize;
  className?: string | undefined;
}

export interface ButtonProps extends Pressable, Look {
  children: ReactNode;
  type?: 'button' | 'submit';
  icon?: ReactNode;
  /** Fills the width of its container. */
  wide?: boolean;
  /** What was asked for is under way: keeps the focus, ignores presses, says so to screen readers. */
  isPending?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({
  variant = 'secondary',
  size = 'medium',
  icon,
  wide,
  isPending = false,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <AriaButton
      {...rest}
      isPending={isPending}
      className={cx(styles['button'], styles[variant], styles[size], wide && styles['wide'], className)}
    >
      {isPending ? <Spinner size={18} /> : icon}
      {children}
    </AriaButton>
  );
}

export interface LinkButtonProps extends Look {
  href: string;
  /** The accessible name, when the visible words alone do not tell where it leads; begins with them. */
  label?: string;
  children: ReactNode;
  icon?: ReactNode;
  wide?: boolean;
  /** File name: the link downloads instead of navigating. */
  download?: string;
  /** Leaves this page as it is, as in a call; say so in `label`. */
  newTab?: boolean;
  onPress?: () => void;
}

/** LinkButton goes somewhere and looks like a button. */
export function LinkButton({
  variant = 'secondary',
  size = 'medium',
  label,
  icon,
  wide,
  newTab = false,
  className,
  children,
  ...rest
}: LinkButtonProps) {
  return (
    <AriaLink
      {...rest}
      {...(newTab && { target: '_blank', rel: 'noopener' })}
      {...(label === undefined ? {} : { 'aria-label': label })}
      className={cx(styles['button'], styles[variant], styles[size], wide && styles['wide'], className)}
    >
      {icon}
      {children}
    </AriaLink>
  );
}

export interface ToggleButtonProps extends Pick<Pressable, 'isDisabled' | 'autoFocus'>, Look {
  children: ReactNode;
  icon?: ReactNode;
  pressed: boolean;
  onChange: (pressed: boolean) => void;
}

export function ToggleButton({
  variant = 'secondary',
  size = 'medium',
  icon,
  pressed,
  className,
  children,
  ...rest
}: ToggleButtonProps) {
  return (
    <AriaToggleButton
      {...rest}
      isSelected={pressed}
      className={cx(styles['button'], styles[variant], styles[size], className)}
    >
      {icon}
      {children}
    </AriaToggleButton>
  );
}

export interface IconButtonProps extends Pressable, Look {
  /** The accessible name; also the tooltip unless that says more. */
  label: string;
  icon: ReactNode;
  /** Set for a toggle: becomes aria-pressed. */
  pressed?: boolean | undefined;
  /** A small counter at the corner. Say what it counts in `label` or `aria-describedby`. */
  badge?: string | number | false | undefined;
  /** `calls` for what asks something of the person; otherwise it only counts. */
  badgeTone?: 'calls' | undefined;
  /** Replaces the label in the tooltip; false shows none. */
  tooltip?: string | false | undefined;
  /** The key that does the same, as shown to people: "M". */
  shortcut?: string | undefined;
  /**
   * Why it cannot be used now. The button stays reachable, looks switched off,
   * and a press only tells the reason.
   */
  unavailable?: string | undefined;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({
  label,
  icon,
  pressed,
  badge,
  badgeTone,
  tooltip,
  shortcut,
  unavailable,
  variant = 'quiet',
  size = 'medium',
  className,
  onPress,
  ...rest
}: IconButtonProps) {
  const props = {
    ...rest,
    'aria-label': label,
    className: cx(styles['button'], styles['icon'], styles[variant], styles[size], className),
    // React Aria lets only the attributes through that it knows.
    ...(shortcut === undefined
      ? {}
      : {
          render: (button: ComponentProps<'button'>) => <button {...button} aria-keyshortcuts={shortcut} />,
        }),
    ...(unavailable === undefined
      ? onPress && { onPress }
      : { 'aria-disabled': true, onPress: () => announce(unavailable, 'assertive') }),
  };
  const content = (
    <>
      {icon}
      {/* Drawn by the style sheet: the button's name says it in words, and must match what it shows. */}
      {badge !== undefined && badge !== false && (
        <span className={styles['badge']} data-badge={badge} data-tone={badgeTone} />
      )}
    </>
  );
  const button =
    pressed === undefined ? (
      <AriaButton {...props}>{content}</AriaButton>
    ) : (
      <AriaToggleButton {...props} isSelected={pressed}>
        {content}
      </AriaToggleButton>
    );
  if (tooltip === false) return button;
  return (
    <Tooltip
      text={unavailable ?? tooltip ?? label}
      shortcut={unavailable === undefined ? shortcut : undefined}
    >
      {button}
    </Tooltip>
  );
}
