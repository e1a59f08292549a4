import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { admin } from '@/api/admin';
import { Button, Dialog, RadioGroup, SearchField, toast } from '@/ui';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { useAct } from './useAct';

/** Redact takes a person's id out of the log; the chain of entries holds without it. */
export function Redact({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('audit');
  const { t: common } = useTranslation('common');
  const [search, setSearch] = useState('');
  const [person, setPerson] = useState<string | null>(null);
  const people = useQuery({
    queryKey: ['people', 'redact', search.trim()],
    queryFn: () => admin.people(search.trim(), ''),
    enabled: search.trim() !== '',
  });
  const found = people.data?.people.slice(0, 6) ?? [];
  const redact = useAct({
    act: (id: string) => admin.redact(id),
    refresh: ['audit'],
    onDone: () => {
      onClose();
      toast.show(t('redact.done'), { tone: 'success' });
    },
    toastsFailure: false,
  });
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('redact')}
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          <Button
            variant="danger"
            isDisabled={person === null}
            isPending={redact.isPending}
            onPress={() => {
              if (person !== null) redact.mutate(person);
            }}
          >
            {t('redact.do')}
          </Button>
        </>
      }
    >
      <div className={styles['form']}>
        <p>{t('redact.text')}</p>
        <Failure error={redact.error ?? people.error} />
        <SearchField
          label={t('redact.search')}
          value={search}
          onChange={(text) => {
            setSearch(text);
            setPerson(null);
          }}
        />
        {people.isSuccess && found.length === 0 && <p role="status">{t('redact.none')}</p>}
        {found.length > 0 && (
          <RadioGroup
            label={t('redact.person')}
            items={found.map(({ id, name, email }) => ({ id, label: name, description: email }))}
            value={person}
            onChange={setPerson}
          />
        )}
      </div>
    </Dialog>
  );
}
