import { useTranslation } from 'react-i18next';
import type { AuditEntry, AuditParty } from '@/api/admin';
import type { resources } from '@/i18n/resources.gen';

type KeyOf<Prefix extends string> = Extract<keyof resources['audit'], `${Prefix}.${string}`>;

/** useAuditWords puts the parts of an entry into words. */
function useAuditWords() {
  const { t, i18n } = useTranslation('audit');
  const has = <Prefix extends string>(prefix: Prefix, key: string): key is KeyOf<Prefix> =>
    key.startsWith(`${prefix}.`) && i18n.exists(key, { ns: 'audit' });
  return {
    party: ({ kind, id, name }: AuditParty): string => {
      const key = `party.${kind}`;
      if (name !== '') return name;
      // No names of guests are kept; the mark tells one from the other.
      if (kind === 'seat' && id !== '') return t('party.guest', { mark: id.slice(0, 4) });
      return has('party', key) ? t(key) : t('party.user');
    },
    role: (role = ''): string => {
      const key = `role.${role}`;
      return has('role', key) ? t(key) : role;
    },
    /** The sentence for the action with one of its details, if there is one, else for the action. */
    sentence: ({ action, detail }: AuditEntry): KeyOf<'do'> => {
      const keys = [
        ...Object.entries(detail).map(([name, value]) => `do.${action}.${name}.${value}`),
        `do.${action}`,
      ];
      return keys.find((key) => has('do', key)) ?? 'do.other';
    },
  };
}

/** AuditSentence says what an entry means: "Anna let somebody in". */
export function AuditSentence({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation('audit');
  const words = useAuditWords();
  return t(words.sentence(entry), {
    actor: words.party(entry.actor),
    subject: words.party(entry.subject),
    action: entry.action,
    from: words.role(entry.detail['from']),
    to: words.role(entry.detail['to']),
  });
}
