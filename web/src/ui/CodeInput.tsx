import { FieldError, Input, Label, Text, TextField as AriaTextField } from 'react-aria-components';
import styles from './CodeInput.module.css';
import { cx } from './cx';
import fieldStyles from './Field.module.css';
import { CircleAlert } from './icons';

export interface CodeInputProps {
  label: string;
  value: string;
  onChange: (digits: string) => void;
  /** Called once all digits are there. */
  onComplete?: (digits: string) => void;
  /** How many digits. */
  length?: number;
  description?: string | undefined;
  errorMessage?: string | undefined;
  autoFocus?: boolean;
  isDisabled?: boolean;
}

/**
 * CodeInput takes a one-time code of digits. It is one field, so that pasting,
 * a phone's suggestion and a screen reader work as anywhere else.
 */
export function CodeInput({
  label,
  value,
  onChange,
  onComplete,
  length = 6,
  description,
  errorMessage,
  ...rest
}: CodeInputProps) {
  const take = (text: string) => {
    const digits = text.replaceAll(/\D/g, '').slice(0, length);
    onChange(digits);
    if (digits.length === length && digits !== value) onComplete?.(digits);
  };
  return (
    <AriaTextField
      {...rest}
      value={value}
      onChange={take}
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      isRequired
      isInvalid={errorMessage !== undefined}
      validationBehavior="aria"
      className={cx(fieldStyles['field'])}
    >
      <Label className={cx(fieldStyles['label'])}>{label}</Label>
      <div className={cx(fieldStyles['box'], styles['box'])}>
        <Input className={cx(fieldStyles['input'], styles['code'])} size={length} />
      </div>
      {description !== undefined && (
        <Text slot="description" className={cx(fieldStyles['description'])}>
          {description}
        </Text>
      )}
      <FieldError className={cx(fieldStyles['error'])}>
        <CircleAlert size={16} aria-hidden="true" />
        {errorMessage}
      </FieldError>
    </AriaTextField>
  );
}
