import { useState, type HTMLInputAutoCompleteAttribute, type ReactNode, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import {
  FieldError,
  Input,
  Label,
  SearchField as AriaSearchField,
  Text,
  TextArea,
  TextField as AriaTextField,
} from 'react-aria-components';
import { IconButton } from './Button';
import { cx } from './cx';
import styles from './Field.module.css';
import { CircleAlert, Eye, EyeOff, Search, X } from './icons';

export interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  description?: ReactNode;
  /** What is wrong and what to do; marks the field as invalid. */
  errorMessage?: string | undefined;
  multiline?: boolean;
  /** Lines shown at first, for `multiline`. */
  rows?: number;
  /** `datetime-local` is the browser's own picker, in the person's time zone. */
  type?: 'text' | 'email' | 'password' | 'url' | 'datetime-local';
  inputMode?: 'text' | 'numeric' | 'url';
  name?: string;
  placeholder?: string;
  autoComplete?: HTMLInputAutoCompleteAttribute;
  autoFocus?: boolean;
  isRequired?: boolean;
  isDisabled?: boolean;
  isReadOnly?: boolean;
  maxLength?: number;
  /** Shown inside the box, before and after the text. */
  leading?: ReactNode;
  trailing?: ReactNode;
  onBlur?: () => void;
  className?: string | undefined;
  ref?: Ref<HTMLInputElement>;
}

export function TextField({
  label,
  description,
  errorMessage,
  multiline = false,
  rows = 3,
  placeholder,
  leading,
  trailing,
  className,
  ref,
  ...rest
}: TextFieldProps) {
  const hint = placeholder === undefined ? {} : { placeholder };
  return (
    <AriaTextField
      {...rest}
      isInvalid={errorMessage !== undefined}
      validationBehavior="aria"
      className={cx(styles['field'], className)}
    >
      <Label className={cx(styles['label'])}>{label}</Label>
      <div className={styles['box']}>
        {leading !== undefined && <span className={styles['leading']}>{leading}</span>}
        {multiline ? (
          <TextArea className={cx(styles['input'], styles['area'])} rows={rows} {...hint} />
        ) : (
          <Input className={cx(styles['input'])} {...hint} {...(ref === undefined ? {} : { ref })} />
        )}
        {trailing !== undefined && <span className={styles['trailing']}>{trailing}</span>}
      </div>
      {description !== undefined && (
        <Text slot="description" className={cx(styles['description'])}>
          {description}
        </Text>
      )}
      <FieldError className={cx(styles['error'])}>
        <CircleAlert size={16} aria-hidden="true" />
        {errorMessage}
      </FieldError>
    </AriaTextField>
  );
}

export interface DateFieldProps
  extends Pick<
    TextFieldProps,
    'label' | 'description' | 'errorMessage' | 'isRequired' | 'isDisabled' | 'className'
  > {
  /** As the browser's own field gives it: "2026-03-12", or "2026-03-12T14:05" with the time; '' for none. */
  value: string;
  onChange: (value: string) => void;
  withTime?: boolean;
}

/** DateField is the browser's own field for a day, or for a moment of it, in local time. */
export function DateField({
  label,
  description,
  errorMessage,
  withTime = false,
  className,
  ...rest
}: DateFieldProps) {
  return (
    <AriaTextField
      {...rest}
      type={withTime ? 'datetime-local' : 'date'}
      isInvalid={errorMessage !== undefined}
      validationBehavior="aria"
      className={cx(styles['field'], className)}
    >
      <Label className={cx(styles['label'])}>{label}</Label>
      <div className={styles['box']}>
        <Input className={cx(styles['input'])} />
      </div>
      {description !== undefined && (
        <Text slot="description" className={cx(styles['description'])}>
          {description}
        </Text>
      )}
      <FieldError className={cx(styles['error'])}>
        <CircleAlert size={16} aria-hidden="true" />
        {errorMessage}
      </FieldError>
    </AriaTextField>
  );
}

/** PasswordField is a text field whose text can be looked at. */
export function PasswordField(props: Omit<TextFieldProps, 'type' | 'trailing' | 'multiline'>) {
  const { t } = useTranslation('common');
  const [shown, setShown] = useState(false);
  return (
    <TextField
      {...props}
      type={shown ? 'text' : 'password'}
      trailing={
        <IconButton
          size="small"
          label={t('password.show')}
          tooltip={t(shown ? 'password.hide' : 'password.show')}
          pressed={shown}
          icon={shown ? <EyeOff size={18} /> : <Eye size={18} />}
          onPress={() => setShown(!shown)}
        />
      }
    />
  );
}

export interface SearchFieldProps {
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
  className?: string | undefined;
}

export function SearchField({ label, placeholder, value, onChange, className }: SearchFieldProps) {
  const { t } = useTranslation('common');
  return (
    <AriaSearchField
      aria-label={label}
      value={value}
      onChange={onChange}
      className={cx(styles['field'], className)}
    >
      <div className={styles['box']}>
        <span className={styles['leading']}>
          <Search size={18} aria-hidden="true" />
        </span>
        <Input className={cx(styles['input'])} placeholder={placeholder ?? label} />
        {value !== '' && (
          <span className={styles['trailing']}>
            <IconButton size="small" label={t('search.clear')} icon={<X size={18} />} />
          </span>
        )}
      </div>
    </AriaSearchField>
  );
}
