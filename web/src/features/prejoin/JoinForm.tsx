import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '@/a11y';
import { useMedia } from '@/media';
import { Banner, Button, TextField } from '@/ui';
import { longestName, nameFault, rememberedName, rememberName } from './name';
import type { Door, PreJoinProps } from './PreJoin';
import styles from './PreJoin.module.css';

export function JoinForm({ door, onJoin, busy, error }: PreJoinProps) {
  const { t } = useTranslation('prejoin');
  const [name, setName] = useState(() => (door.signedInName === '' ? rememberedName() : door.signedInName));
  const [tried, setTried] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const fault = nameFault(name);

  const join = (): void => {
    if (busy) return;
    setTried(true);
    if (fault !== null) {
      field.current?.focus();
      return;
    }
    rememberName(name.trim());
    onJoin(name.trim());
  };
  return (
    <form
      className={styles['form']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        join();
      }}
    >
      <header className={styles['head']}>
        {door.organisation !== '' && <p className={styles['organisation']}>{door.organisation}</p>}
        <PageHeading title={t('title', { name: door.name })} className={styles['title']}>
          {door.name}
        </PageHeading>
        {door.host !== '' && <p className={styles['host']}>{t('invites', { name: door.host })}</p>}
        {door.welcome !== '' && <p className={styles['welcome']}>{door.welcome}</p>}
      </header>
      <TextField
        ref={field}
        label={t('name')}
        value={name}
        onChange={setName}
        name="name"
        autoComplete="name"
        isRequired
        autoFocus={name === ''}
        {...(tried && fault !== null
          ? { errorMessage: t(`name.${fault}`, { count: longestName }) }
          : { description: t('name.hint') })}
      />
      {error !== undefined && (
        <Banner tone="danger" live>
          {error}
        </Banner>
      )}
      <div className={styles['go']}>
        <Button type="submit" variant="primary" size="large" wide isPending={busy}>
          {t('join')}
        </Button>
        <WhatHappens role={door.role} locked={door.locked} />
      </div>
    </form>
  );
}

/** Nobody should be surprised on the other side of the door. */
function WhatHappens({ role, locked }: Pick<Door, 'role' | 'locked'>) {
  const { t } = useTranslation('prejoin');
  const heard = useMedia(({ microphone }) => microphone.wanted && microphone.state === 'on');
  const seen = useMedia(({ camera }) => camera.wanted && camera.state === 'on');
  const will = heard ? (seen ? 'both' : 'heard') : seen ? 'seen' : 'neither';
  const mayEnter = role === 'owner' || role === 'moderator';
  return (
    <ul className={styles['happens']}>
      {locked && <li>{t(mayEnter ? 'locked.you' : 'locked')}</li>}
      {role !== 'viewer' && <li>{t(`will.${will}`)}</li>}
      {role !== 'attendee' && <li>{t(`role.${role}`)}</li>}
    </ul>
  );
}
