import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { type Invite, type MadeInvite, textOf } from '@/api';
import { formatDate, formatTime } from '@/i18n';
import { Banner, Button, ConfirmDialog, cx, Plus, Spinner } from '@/ui';
import styles from './Gate.module.css';
import { LinkForm } from './LinkForm';
import { useInvites, useRevoke } from './queries';
import type { SectionProps } from './section';
import { ShownOnce } from './ShownOnce';
import { stateOf } from './validity';

/** Links made for somebody: who has them, how often they were used, and how one takes them back. */
export function Links({ meeting }: SectionProps) {
  const { t } = useTranslation('gate');
  const { t: common } = useTranslation('common');
  const invites = useInvites(meeting.id);
  const revoke = useRevoke(meeting.id);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<MadeInvite>();
  const [asked, setAsked] = useState<Invite>();
  const personal = invites.data?.filter((invite) => invite.personal);
  return (
    <div className={styles['part']}>
      <p className={styles['soft']}>{t('links.text')}</p>
      {made && <ShownOnce key={made.invite.id} text={made.link} hint={t('links.once')} />}
      {adding ? (
        <LinkForm
          meeting={meeting.id}
          onMade={(link) => {
            setMade(link);
            setAdding(false);
            announce(t('links.made'));
          }}
          onCancel={() => setAdding(false)}
        />
      ) : (
        <div className={styles['buttons']}>
          <Button icon={<Plus size={18} aria-hidden="true" />} onPress={() => setAdding(true)}>
            {t('links.new')}
          </Button>
        </div>
      )}
      {invites.isError && <Banner tone="danger">{textOf(invites.error)}</Banner>}
      {invites.isPending && (
        <div className={styles['loading']}>
          <Spinner label={common('loading')} />
        </div>
      )}
      {personal?.length === 0 && !adding && <p className={styles['empty']}>{t('links.none')}</p>}
      {personal !== undefined && personal.length > 0 && (
        <ul role="list" className={styles['list']} aria-label={t('section.links')}>
          {personal.map((invite) => (
            <LinkRow key={invite.id} invite={invite} onRevoke={() => setAsked(invite)} />
          ))}
        </ul>
      )}
      <ConfirmDialog
        isOpen={asked !== undefined}
        onOpenChange={() => setAsked(undefined)}
        title={t('links.revoke.title')}
        confirmLabel={t('links.revoke')}
        isPending={revoke.isPending}
        onConfirm={() => {
          if (asked === undefined) return;
          revoke.mutate(asked.id, {
            onSuccess: () => announce(t('links.revoked')),
            onSettled: () => setAsked(undefined),
          });
        }}
      >
        {t('links.revoke.text')}
      </ConfirmDialog>
    </div>
  );
}

function LinkRow({ invite, onRevoke }: { invite: Invite; onRevoke: () => void }) {
  const { t } = useTranslation('gate');
  const { t: common } = useTranslation('common');
  const id = useId();
  const [now] = useState(Date.now);
  const state = stateOf(invite, now);
  const name = invite.name === '' ? t('links.nameless') : invite.name;
  const when = (at: string) => `${formatDate(new Date(at))}, ${formatTime(new Date(at))}`;
  const facts = [
    common(`role.${invite.role}`),
    invite.maxUses === 0
      ? t('links.used', { count: invite.uses })
      : t('links.usedOf', { uses: invite.uses, count: invite.maxUses }),
    ...(state === 'open' || state === 'not_yet' ? [] : [t(`links.state.${state}`)]),
    ...(state === 'not_yet' && invite.notBefore !== null
      ? [t('links.from', { when: when(invite.notBefore) })]
      : []),
    ...(state === 'open' && invite.expiresAt !== null
      ? [t('links.until', { when: when(invite.expiresAt) })]
      : []),
  ];
  return (
    <li className={cx(styles['item'], state !== 'open' && state !== 'not_yet' && styles['off'])}>
      <div className={styles['itemWords']}>
        <p id={id} className={styles['itemName']}>
          <bdi>{name}</bdi>
        </p>
        <p className={styles['soft']} data-numbers>
          {facts.join(' · ')}
        </p>
      </div>
      {state !== 'revoked' && (
        <Button size="small" variant="quiet" aria-describedby={id} onPress={onRevoke}>
          {t('links.revoke')}
        </Button>
      )}
    </li>
  );
}
