import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { admin, type Person } from '@/api/admin';
import {
  Ban,
  Check,
  ConfirmDialog,
  Ellipsis,
  IconButton,
  KeyRound,
  LogOut,
  Menu,
  ShieldCheck,
  ShieldMinus,
  Smartphone,
  toast,
  Trash2,
} from '@/ui';
import { useAct } from './useAct';

export interface PersonMenuProps {
  person: Person;
  /** Nobody shuts themselves out. */
  isMe: boolean;
  onLink: (link: string) => void;
}

/** PersonMenu is what can be done with an account. */
export function PersonMenu({ person, isMe, onLink }: PersonMenuProps) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  const [deleting, setDeleting] = useState(false);
  const { name, id } = person;
  const refresh = ['people'];
  const change = useAct({
    act: (body: { admin?: boolean; disabled?: boolean }) => admin.changePerson(id, body),
    refresh,
    onDone: (_, body) => {
      const undo = body.disabled === undefined ? { admin: !body.admin } : { disabled: !body.disabled };
      toast.show(t('people.changed', { name }), {
        tone: 'success',
        action: { label: common('undo'), onPress: () => change.mutate(undo) },
      });
    },
  });
  const reset = useAct({ act: () => admin.resetPerson(id), refresh, onDone: ({ link }) => onLink(link) });
  const removeFactors = useAct({
    act: () => admin.removeFactors(id),
    refresh,
    onDone: () => toast.show(t('people.factorsRemoved', { name }), { tone: 'success' }),
  });
  const endSessions = useAct({
    act: () => admin.endSessions(id),
    refresh,
    onDone: () => toast.show(t('people.sessionsEnded', { name }), { tone: 'success' }),
  });
  const remove = useAct({
    act: () => admin.deletePerson(id),
    refresh,
    onDone: () => toast.show(t('people.deleted', { name }), { tone: 'success' }),
  });

  return (
    <>
      <Menu
        label={t('people.actions.of', { name })}
        trigger={
          <IconButton
            label={t('people.actions.of', { name })}
            tooltip={t('people.actions')}
            icon={<Ellipsis size={20} />}
          />
        }
        sections={[
          {
            id: 'account',
            items: [
              ...(person.provider === ''
                ? [
                    {
                      id: 'reset',
                      label: t('people.reset'),
                      icon: <KeyRound size={18} aria-hidden="true" />,
                      onAction: () => reset.mutate(),
                    },
                  ]
                : []),
              {
                id: 'factors',
                label: t('people.removeFactors'),
                description: t('people.removeFactors.hint'),
                icon: <Smartphone size={18} aria-hidden="true" />,
                onAction: () => removeFactors.mutate(),
              },
              {
                id: 'sessions',
                label: t('people.endSessions'),
                icon: <LogOut size={18} aria-hidden="true" />,
                onAction: () => endSessions.mutate(),
              },
            ],
          },
          ...(isMe
            ? []
            : [
                {
                  id: 'rights',
                  items: [
                    {
                      id: 'admin',
                      label: t(person.admin ? 'people.takeAdmin' : 'people.giveAdmin'),
                      icon: person.admin ? (
                        <ShieldMinus size={18} aria-hidden="true" />
                      ) : (
                        <ShieldCheck size={18} aria-hidden="true" />
                      ),
                      onAction: () => change.mutate({ admin: !person.admin }),
                    },
                    {
                      id: 'disable',
                      label: t(person.disabled ? 'people.enable' : 'people.disable'),
                      icon: person.disabled ? (
                        <Check size={18} aria-hidden="true" />
                      ) : (
                        <Ban size={18} aria-hidden="true" />
                      ),
                      onAction: () => change.mutate({ disabled: !person.disabled }),
                    },
                    {
                      id: 'delete',
                      label: t('people.delete'),
                      icon: <Trash2 size={18} aria-hidden="true" />,
                      danger: true,
                      onAction: () => setDeleting(true),
                    },
                  ],
                },
              ]),
        ]}
      />
      <ConfirmDialog
        isOpen={deleting}
        onOpenChange={setDeleting}
        title={t('people.delete.title', { name })}
        confirmLabel={t('people.delete')}
        onConfirm={() => {
          setDeleting(false);
          remove.mutate();
        }}
      >
        {t('people.delete.text')}
      </ConfirmDialog>
    </>
  );
}
