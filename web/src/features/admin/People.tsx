import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '@/api';
import { admin, type Person } from '@/api/admin';
import { usePages } from '@/api/pages';
import { Avatar, Badge, Button, EmptyState, LoadMore, Plus, SearchField, Table, Users } from '@/ui';
import { AddPerson } from './AddPerson';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { Head } from './Head';
import { OneTimeLink } from './OneTimeLink';
import { PersonMenu } from './PersonMenu';

/** People lists the accounts of the organisation. */
export default function People() {
  const { t } = useTranslation('admin');
  const me = useSession();
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim());
  const people = usePages(
    ['people', wanted],
    (cursor) => admin.people(wanted, cursor),
    (part) => part.people,
  );
  const [adding, setAdding] = useState(false);
  const [link, setLink] = useState<{ name: string; link: string }>();

  return (
    <div className={styles['page']}>
      <Head
        title={t('section.people')}
        action={
          <Button
            variant="primary"
            size="large"
            icon={<Plus size={20} aria-hidden="true" />}
            onPress={() => setAdding(true)}
          >
            {t('people.add')}
          </Button>
        }
      />
      <SearchField label={t('people.search')} value={search} onChange={setSearch} />
      <Failure error={people.error} onRetry={() => void people.refetch()} />
      {people.items?.length === 0 && (
        <EmptyState icon={<Users size={32} strokeWidth={1.5} />} title={t('people.none')}>
          {t('people.none.text')}
        </EmptyState>
      )}
      {people.items && people.items.length > 0 && (
        <Table
          label={t('section.people')}
          rows={people.items}
          keyOf={({ id }) => id}
          columns={[
            { id: 'name', title: t('people.name'), cell: (person) => <Who person={person} /> },
            { id: 'state', title: t('people.state'), cell: (person) => <State person={person} /> },
            {
              id: 'actions',
              title: t('people.actions'),
              hideTitle: true,
              corner: true,
              numeric: true,
              cell: (person) => (
                <PersonMenu
                  person={person}
                  isMe={person.id === me.data?.id}
                  onLink={(made) => setLink({ name: person.name, link: made })}
                />
              ),
            },
          ]}
        />
      )}
      <LoadMore
        hasMore={people.hasNextPage}
        isPending={people.isFetchingNextPage}
        onPress={() => void people.fetchNextPage()}
      />
      {adding && (
        <AddPerson
          onClose={() => setAdding(false)}
          onAdded={(made) => {
            setAdding(false);
            setLink(made);
          }}
        />
      )}
      {link && <OneTimeLink {...link} onClose={() => setLink(undefined)} />}
    </div>
  );
}

function Who({ person }: { person: Person }) {
  return (
    <div className={styles['cells']}>
      <Avatar name={person.name} size={36} />
      <div>
        <p className={styles['name']}>{person.name}</p>
        <p className={styles['soft']}>{person.email}</p>
      </div>
    </div>
  );
}

function State({ person }: { person: Person }) {
  const { t } = useTranslation('admin');
  return (
    <span className={styles['badges']}>
      {person.disabled && <Badge tone="danger">{t('people.disabled')}</Badge>}
      {person.admin && <Badge tone="accent">{t('people.admin')}</Badge>}
      {!person.disabled && !person.admin && <Badge>{t('people.plain')}</Badge>}
    </span>
  );
}
