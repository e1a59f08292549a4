import type { ReactElement } from 'react';
import {
  Tooltip as AriaTooltip,
  TooltipTrigger,
  type TooltipProps as AriaTooltipProps,
} from 'react-aria-components';
import styles from './Tooltip.module.css';

export interface TooltipProps {
  text: string;
  shortcut?: string | undefined;
  placement?: NonNullable<AriaTooltipProps['placement']>;
  /** A button or link of this kit. */
  children: ReactElement;
}

/** Tooltip shows a short text on hover and keyboard focus. It never holds what is said nowhere else. */
export function Tooltip({ text, shortcut, placement = 'top', children }: TooltipProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={100}>
      {children}
      <AriaTooltip offset={8} placement={placement} className={styles['tooltip'] ?? ''}>
        {text}
        {shortcut !== undefined && <kbd>{shortcut}</kbd>}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
