import type { ReactNode } from 'react';
import {
  CheckboxButton,
  CheckboxField,
  Label,
  RadioButton,
  RadioField,
  RadioGroup as AriaRadioGroup,
  SwitchButton,
  SwitchField,
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
  return (
    <SwitchField {...rest} isSelected={value} className={cx(styles['field'], className)}>
      <SwitchButton className={cx(styles['choice'], styles['switch'])}>
        <span className={styles['label']}>{label}</span>
        <span className={styles['track']} aria-hidden="true">
          <span className={styles['thumb']} />
        </span>
      </SwitchButton>
      <Description text={description} />
    </SwitchField>
  );
}

export type CheckboxProps = SwitchProps;

export function Checkbox({ label, description, value, className, ...rest }: CheckboxProps) {
  return (
    <CheckboxField {...rest} isSelected={value} className={cx(styles['field'], className)}>
      <CheckboxButton className={cx(styles['choice'])}>
        <span className={styles['mark']} aria-hidden="true">
          {value && <Check size={14} strokeWidth={3} />}
        </span>
        <span className={styles['label']}>{label}</span>
      </CheckboxButton>
      <Description text={description} indented />
    </CheckboxField>
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
          <RadioField
            key={item.id}
            value={item.id}
            {...(item.isDisabled === undefined ? {} : { isDisabled: item.isDisabled })}
            className={cx(styles['field'])}
          >
            <RadioButton className={cx(styles['choice'])}>
              <span className={cx(styles['mark'], styles['round'])} aria-hidden="true" />
              <span className={styles['label']}>{item.label}</span>
            </RadioButton>
            <Description text={item.description} indented />
          </RadioField>
        ))}
      </div>
    </AriaRadioGroup>
  );
}

/** Described by it, not named: otherwise the whole sentence would be read as the name. */
function Description({ text, indented = false }: { text: string | undefined; indented?: boolean }) {
  if (text === undefined) return null;
  return (
    <Text slot="description" className={cx(styles['description'], indented && styles['indented'])}>
      {text}
    </Text>
  );
}
