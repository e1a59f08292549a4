import type { ReactElement, ReactNode } from 'react';
import {
  Header,
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  MenuSection as AriaMenuSection,
  MenuTrigger,
  Popover,
  Text,
  type PopoverProps as AriaPopoverProps,
} from 'react-aria-components';
import { cx } from './cx';
import { Check } from './icons';
import styles from './List.module.css';

export interface MenuItem {
  id: string;
  label: string;
  icon?: ReactNode;
  description?: string | undefined;
  shortcut?: string | undefined;
  isDisabled?: boolean | undefined;
  danger?: boolean;
  /** Set for items that are on or off: they get a tick and say so. */
  selected?: boolean | undefined;
  href?: string;
  onAction?: (() => void) | undefined;
}

export interface MenuSection {
  id: string;
  title?: string;
  /** One of the section's `selected` items at a time: announced as a radio choice. */
  single?: boolean;
  items: readonly MenuItem[];
}

export interface MenuProps {
  /** Names the menu. */
  label: string;
  /** A Button or IconButton of this kit. */
  trigger: ReactElement;
  items?: readonly MenuItem[];
  sections?: readonly MenuSection[];
  onAction?: (id: string) => void;
  placement?: NonNullable<AriaPopoverProps['placement']>;
  /** Stays open after a choice, for menus of switches. */
  staysOpen?: boolean;
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
}

export function Menu({
  label,
  trigger,
  items,
  sections,
  onAction,
  placement = 'bottom end',
  staysOpen = false,
  ...open
}: MenuProps) {
  const all = sections ?? [{ id: 'items', items: items ?? [] }];
  return (
    <MenuTrigger {...open}>
      {trigger}
      <Popover className={cx(styles['popover'])} placement={placement} offset={8}>
        <AriaMenu
          aria-label={label}
          className={cx(styles['list'])}
          shouldCloseOnSelect={!staysOpen}
          onAction={(key) => onAction?.(String(key))}
        >
          {all.map((section) => (
            <Section key={section.id} section={section} label={label} />
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

function Section({ section, label }: { section: MenuSection; label: string }) {
  const choices = section.items.filter((item) => item.selected !== undefined);
  const selection =
    choices.length === 0
      ? {}
      : {
          selectionMode: section.single === true ? ('single' as const) : ('multiple' as const),
          selectedKeys: choices.filter((item) => item.selected).map((item) => item.id),
          disallowEmptySelection: section.single === true,
        };
  return (
    <AriaMenuSection
      {...selection}
      {...(section.title === undefined ? { 'aria-label': label } : {})}
      className={cx(styles['section'])}
    >
      {section.title !== undefined && <Header className={cx(styles['title'])}>{section.title}</Header>}
      {section.items.map((item) => (
        <AriaMenuItem
          key={item.id}
          id={item.id}
          textValue={item.label}
          className={cx(styles['item'], item.danger === true && styles['danger'])}
          {...(item.isDisabled === undefined ? {} : { isDisabled: item.isDisabled })}
          {...(item.href === undefined ? {} : { href: item.href })}
          {...(item.onAction === undefined ? {} : { onAction: item.onAction })}
        >
          {({ isSelected }) => (
            <>
              {item.icon}
              <span className={styles['words']}>
                <Text slot="label">{item.label}</Text>
                {item.description !== undefined && (
                  <Text slot="description" className={cx(styles['description'])}>
                    {item.description}
                  </Text>
                )}
              </span>
              {isSelected && <Check size={18} className={styles['check']} aria-hidden="true" />}
              {item.shortcut !== undefined && !isSelected && (
                <kbd className={styles['key']} aria-hidden="true">
                  {item.shortcut}
                </kbd>
              )}
            </>
          )}
        </AriaMenuItem>
      ))}
    </AriaMenuSection>
  );
}
