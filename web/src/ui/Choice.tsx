import { useId, type ReactNode } from 'react';
import {
  Checkbox as AriaCheckbox,
  Label,
  Radio,
  RadioGroup as AriaRadioGroup,
  Switch as AriaSwitch,
  Text,
} from 'react-aria-components';
import styles from './Choice.module.css';
import { cx } from './cx';
import fieldStyles from './Field.module.css';
import { Check } from './icons';

interface OnOffProps {
  label: ReactNode;
  description?: string | undefined;
  isDisabled?: boolean;
  className?: string | undefined;
}

export interface SwitchProps extends OnOffProps {
  value: boolean;
  onChange: (value: boolean) => void;
}

/** Switch takes effect at once; a choice that waits for "Save" is a Checkbox. */
export function Switch({ label, description, value, className, ...rest }: SwitchProps) {
  const describedBy = useId();
  return (
    <AriaSwitch
      {...rest}
      isSelected={value}
      {...(description === undefined ? {} : { 'aria-describedby': describedBy })}
      className={cx(styles['choice'], styles['switch'], className)}
    >
      <Words label={label} description={description} id={describedBy} />
      <span className={styles['track']} aria-hidden="true">
        <span className={styles['thumb']} />
      </span>
    </AriaSwitch>
  );
}

export type CheckboxProps = SwitchProps;

export function Checkbox({ label, description, value, className, ...rest }: CheckboxProps) {
  const describedBy = useId();
  return (
    <AriaCheckbox
      {...rest}
      isSelected={value}
      {...(description === undefined ? {} : { 'aria-describedby': describedBy })}
      className={cx(styles['choice'], className)}
    >
      <span className={styles['mark']} aria-hidden="true">
        {value && <Check size={14} strokeWidth={3} />}
      </span>
      <Words label={label} description={description} id={describedBy} />
    </AriaCheckbox>
  );
}

export interface RadioItem<Id extends string = string> {
  id: Id;
  label: ReactNode;
  description?: string | undefined;
  isDisabled?: boolean;
}

export interface RadioGroupProps<Id extends string> {
  label: string;
  items: readonly RadioItem<Id>[];
  value: Id | null;
  onChange: (id: Id) => void;
  description?: string | undefined;
  orientation?: 'vertical' | 'horizontal';
  isDisabled?: boolean;
  className?: string | undefined;
}

export function RadioGroup<Id extends string>({
  label,
  items,
  onChange,
  description,
  orientation = 'vertical',
  className,
  ...rest
}: RadioGroupProps<Id>) {
  return (
    <AriaRadioGroup
      {...rest}
      orientation={orientation}
      onChange={(id) => onChange(id as Id)}
      className={cx(styles['group'], className)}
    >
      <Label className={cx(fieldStyles['label'])}>{label}</Label>
      {description !== undefined && (
        <Text slot="description" className={cx(fieldStyles['description'])}>
          {description}
        </Text>
      )}
      <div className={cx(styles['options'], orientation === 'horizontal' && styles['horizontal'])}>
        {items.map((item) => (
          <RadioOption key={item.id} item={item} />
        ))}
      </div>
    </AriaRadioGroup>
  );
}

function RadioOption({ item }: { item: RadioItem }) {
  const describedBy = useId();
  return (
    <Radio
      value={item.id}
      {...(item.isDisabled === undefined ? {} : { isDisabled: item.isDisabled })}
      {...(item.description === undefined ? {} : { 'aria-describedby': describedBy })}
      className={cx(styles['choice'])}
    >
      <span className={cx(styles['mark'], styles['round'])} aria-hidden="true" />
      <Words label={item.label} description={item.description} id={describedBy} />
    </Radio>
  );
}

function Words({
  label,
  description,
  id,
}: {
  label: ReactNode;
  description: string | undefined;
  id: string;
}) {
  return (
    <span className={styles['words']}>
      <span>{label}</span>
      {description !== undefined && (
        // Described, not named by it: otherwise the name would be read with the whole sentence.
        <span id={id} className={styles['description']} aria-hidden="true">
          {description}
        </span>
      )}
    </span>
  );
}
