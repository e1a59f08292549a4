import type { ReactNode } from 'react';
import {
  Button,
  FieldError,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
  SelectValue,
  Text,
} from 'react-aria-components';
import { cx } from './cx';
import fieldStyles from './Field.module.css';
import { Check, ChevronDown, CircleAlert } from './icons';
import styles from './List.module.css';

export interface SelectItem<Id extends string = string> {
  id: Id;
  label: string;
  description?: string | undefined;
}

export interface SelectProps<Id extends string> {
  label: string;
  items: readonly SelectItem<Id>[];
  value: Id | null;
  onChange: (id: Id) => void;
  placeholder?: string;
  description?: string | undefined;
  errorMessage?: string | undefined;
  isDisabled?: boolean;
  /** Shown inside the box before the chosen item. */
  icon?: ReactNode;
  /** Keeps the label for screen readers only. */
  hideLabel?: boolean;
  className?: string | undefined;
}

export function Select<Id extends string>({
  label,
  items,
  value,
  onChange,
  description,
  errorMessage,
  icon,
  hideLabel = false,
  className,
  ...rest
}: SelectProps<Id>) {
  return (
    <AriaSelect
      {...rest}
      {...(hideLabel ? { 'aria-label': label } : {})}
      value={value}
      onChange={(key) => {
        const item = items.find((candidate) => candidate.id === key);
        if (item) onChange(item.id);
      }}
      isInvalid={errorMessage !== undefined}
      className={cx(fieldStyles['field'], className)}
    >
      {!hideLabel && <Label className={cx(fieldStyles['label'])}>{label}</Label>}
      <Button className={cx(fieldStyles['box'], fieldStyles['select'])}>
        {icon}
        <SelectValue className={cx(fieldStyles['chosen'])} style={{ flex: 1 }} />
        <ChevronDown size={18} aria-hidden="true" />
      </Button>
      {description !== undefined && (
        <Text slot="description" className={cx(fieldStyles['description'])}>
          {description}
        </Text>
      )}
      <FieldError className={cx(fieldStyles['error'])}>
        <CircleAlert size={16} aria-hidden="true" />
        {errorMessage}
      </FieldError>
      <Popover className={cx(styles['popover'])} offset={4}>
        <ListBox items={items} className={cx(styles['list'])}>
          {(item) => (
            <ListBoxItem textValue={item.label} className={cx(styles['item'])}>
              {({ isSelected }) => (
                <>
                  <span className={styles['words']}>
                    <Text slot="label">{item.label}</Text>
                    {item.description !== undefined && (
                      <Text slot="description" className={cx(styles['description'])}>
                        {item.description}
                      </Text>
                    )}
                  </span>
                  {isSelected && <Check size={18} className={styles['check']} aria-hidden="true" />}
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
