import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { focusFirstInvalid, PageHeading } from '@/a11y';
import { ApiFault, textOf, useSetUp } from '@/api';
import { Frame } from '@/features/frame';
import { Banner, Button, PasswordField, TextField } from '@/ui';
import { OwnAuthority } from './OwnAuthority';
import { PasswordStrength } from './PasswordStrength';
import styles from './SetupPage.module.css';
import { leastLength } from './strength';

interface Fields {
  organisation: string;
  name: string;
  email: string;
  password: string;
}

export function SetupForm({ secret, lan }: { secret: string; lan: boolean }) {
  const { t } = useTranslation('setup');
  const [, navigate] = useLocation();
  const setUp = useSetUp();
  const [fields, setFields] = useState<Fields>({ organisation: '', name: '', email: '', password: '' });
  const [asked, setAsked] = useState(false);
  const set = (field: keyof Fields) => (value: string) => {
    setFields((present) => ({ ...present, [field]: value }));
    if (setUp.isError) setUp.reset();
  };

  const problems = problemsOf(fields);
  const errors: Partial<Record<keyof Fields, string>> = {};
  if (asked) for (const field of problems) errors[field] = t(`${field}.problem`);
  const refusal = setUp.isError ? textOf(setUp.error) : undefined;
  const refused = refusedField(setUp.error);
  if (refused && refusal !== undefined) errors[refused] = refusal;

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked(true);
    if (problems.length > 0) {
      focusFirstInvalid(event.currentTarget);
      return;
    }
    setUp.mutate({ secret, ...trimmed(fields) }, { onSuccess: () => navigate('/', { replace: true }) });
  };

  return (
    <Frame centred>
      <div className={styles['column']}>
        <div className={styles['card']}>
          <PageHeading title={t('title')} />
          <p className={styles['lead']}>{t('lead')}</p>
          <form className={styles['form']} onSubmit={onSubmit} noValidate>
            {refusal !== undefined && !refused && (
              <Banner tone="danger" live>
                {refusal}
              </Banner>
            )}
            <TextField
              label={t('organisation')}
              description={t('organisation.hint')}
              name="organisation"
              autoComplete="organization"
              value={fields.organisation}
              onChange={set('organisation')}
              errorMessage={errors.organisation}
              isRequired
              autoFocus
            />
            <TextField
              label={t('name')}
              description={t('name.hint')}
              name="name"
              autoComplete="name"
              value={fields.name}
              onChange={set('name')}
              errorMessage={errors.name}
              isRequired
            />
            <TextField
              label={t('email')}
              description={t('email.hint')}
              type="email"
              name="email"
              autoComplete="username"
              value={fields.email}
              onChange={set('email')}
              errorMessage={errors.email}
              isRequired
            />
            <PasswordField
              label={t('password')}
              description={<PasswordStrength password={fields.password} />}
              name="password"
              autoComplete="new-password"
              value={fields.password}
              onChange={set('password')}
              errorMessage={errors.password}
              isRequired
            />
            <Button type="submit" variant="primary" size="large" wide isPending={setUp.isPending}>
              {t('submit')}
            </Button>
          </form>
        </div>
        {lan && <OwnAuthority />}
      </div>
    </Frame>
  );
}

/** trimmed leaves the password as it is: a space may be part of it. */
function trimmed({ organisation, name, email, password }: Fields): Fields {
  return { organisation: organisation.trim(), name: name.trim(), email: email.trim(), password };
}

/** The fields that are not filled in properly yet. */
function problemsOf(fields: Fields): (keyof Fields)[] {
  const { organisation, name, email, password } = trimmed(fields);
  const isWrong = {
    organisation: organisation === '',
    name: name === '',
    email: !/^[^\s@]+@[^\s@]+$/.test(email),
    password: Array.from(password).length < leastLength,
  };
  return (['organisation', 'name', 'email', 'password'] as const).filter((field) => isWrong[field]);
}

/** Which field the server's refusal is about; undefined when it is about none. */
function refusedField(error: unknown): keyof Fields | undefined {
  if (!(error instanceof ApiFault)) return undefined;
  const subject = error.code.split('.')[0];
  return subject === 'name' || subject === 'email' || subject === 'password' ? subject : undefined;
}
