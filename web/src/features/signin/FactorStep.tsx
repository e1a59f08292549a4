import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '@/a11y';
import { textOf } from '@/api';
import { signin, type Factor, type Step } from '@/api/signin';
import { getPasskey, hasPasskeys, PasskeyDeclined } from '@/features/passkey';
import { Banner, Button, CodeInput, Fingerprint, TextField } from '@/ui';
import styles from './SignInPage.module.css';

export interface FactorStepProps {
  wanted: Step;
  onStep: (step: Step) => Promise<void>;
  onBack: () => void;
}

/** FactorStep takes the second factor, one way at a time. */
export function FactorStep({ wanted, onStep, onBack }: FactorStepProps) {
  const { t } = useTranslation('signin');
  const { t: common } = useTranslation('common');
  const ways = (wanted.factor ?? []).filter((way) => way !== 'passkey' || hasPasskeys());
  const [way, setWay] = useState<Factor>(ways.includes('totp') ? 'totp' : (ways[0] ?? 'recovery'));
  const [code, setCode] = useState('');
  const prove = useMutation({
    mutationFn: async (typed: string) => {
      const { challenge = '', options } = wanted;
      if (way === 'totp') return signin.factor({ challenge, totp: typed });
      if (way === 'recovery') return signin.factor({ challenge, recovery: typed.trim() });
      return signin.factor({ challenge, passkey: await getPasskey(options) });
    },
    onSuccess: onStep,
    onError: () => setCode(''),
  });
  const choose = (next: Factor) => {
    prove.reset();
    setCode('');
    setWay(next);
  };
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    prove.mutate(code);
  };

  return (
    <>
      <PageHeading title={t('factor.title')} />
      <form className={styles['form']} onSubmit={onSubmit} noValidate>
        {prove.isError && (
          <Banner tone={prove.error instanceof PasskeyDeclined ? 'info' : 'danger'} live>
            {prove.error instanceof PasskeyDeclined ? t('passkey.declined') : textOf(prove.error)}
          </Banner>
        )}
        {way === 'totp' && (
          <CodeInput
            label={t('factor.totp')}
            description={t('factor.totp.hint')}
            value={code}
            onChange={setCode}
            onComplete={(digits) => prove.mutate(digits)}
            autoFocus
          />
        )}
        {way === 'recovery' && (
          <TextField
            label={t('factor.recovery')}
            description={t('factor.recovery.hint')}
            value={code}
            onChange={setCode}
            autoComplete="off"
            autoFocus
            isRequired
          />
        )}
        {way === 'passkey' && <p>{t('factor.passkey.hint')}</p>}
        <Button
          type="submit"
          variant="primary"
          size="large"
          wide
          icon={way === 'passkey' ? <Fingerprint size={20} aria-hidden="true" /> : undefined}
          isPending={prove.isPending}
        >
          {way === 'passkey' ? t('factor.passkey') : t('factor.submit')}
        </Button>
      </form>
      <div className={styles['ways']}>
        {ways
          .filter((other) => other !== way)
          .map((other) => (
            <Button key={other} variant="quiet" onPress={() => choose(other)}>
              {t(`factor.use.${other}`)}
            </Button>
          ))}
        <Button variant="quiet" onPress={onBack}>
          {common('back')}
        </Button>
      </div>
    </>
  );
}
