import type { ReactElement, ReactNode } from 'react';
import {
  Dialog,
  DialogTrigger,
  Popover as AriaPopover,
  type PopoverProps as AriaPopoverProps,
} from 'react-aria-components';
import { cx } from './cx';
import styles from './List.module.css';

export interface PopoverProps {
  /** Names what opens. */
  label: string;
  /** A Button or IconButton of this kit. */
  trigger: ReactElement;
  children: ReactNode;
  placement?: NonNullable<AriaPopoverProps['placement']>;
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
}

export function Popover({ label, trigger, children, placement = 'bottom', ...open }: PopoverProps) {
  return (
    <DialogTrigger {...open}>
      {trigger}
      <AriaPopover className={cx(styles['popover'])} placement={placement} offset={8}>
        <Dialog aria-label={label} className={cx(styles['content'])}>
          {children}
        </Dialog>
      </AriaPopover>
    </DialogTrigger>
  );
}
