import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type ConsentEvidence, recordings } from '@/api/recordings';
import { languages } from '@/i18n';
import { Badge, Download, LinkButton, Spinner } from '@/ui';
import styles from './Consents.module.css';
import { type Consenter, consentersOf } from './consents';
import details from './DetailsDialog.module.css';
import { Fold, Folds, Steps } from './Fold';
import form from './Form.module.css';
import { libraryKey } from './queries';
import { Retry } from './Retry';
import { useLibraryWords } from './words';

const tones = {
  asked: 'neutral',
  yes: 'live',
  no: 'danger',
  withdrawn: 'warning',
  erased: 'warning',
} as const;

/** Consents says of each person who was asked what they answered last, and below it how it came to that. */
export function Consents({ id }: { id: string }) {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const found = useQuery({
    queryKey: [...libraryKey, 'consents', id],
    queryFn: () => recordings.consents(id),
    gcTime: 0, // reading it is an entry of the audit, and names are not kept longer than they are looked at
  });
  if (found.isError) return <Retry error={found.error} onRetry={() => void found.refetch()} />;
  if (found.isPending) return <Spinner label={common('loading')} />;
  const people = consentersOf(found.data.consents);
  if (people.length === 0) return <p className={details['none']}>{t('consents.none')}</p>;
  return (
    <div className={form['form']}>
      <p className={form['soft']}>{t('consents.text')}</p>
      <div className={form['buttons']}>
        <LinkButton
          href={recordings.consentsFile(id)}
          download="consents.csv"
          icon={<Download size={18} aria-hidden="true" />}
        >
          {t('consents.export')}
        </LinkButton>
      </div>
      <Folds label={t('details.consents')}>
        {people.map((person) => (
          <Person key={person.seat} person={person} />
        ))}
      </Folds>
    </div>
  );
}

function Person({ person: { name, userName, last, steps } }: { person: Consenter }) {
  const { t } = useTranslation('library');
  const words = useLibraryWords();
  const silent = last.answer === 'asked';
  return (
    <Fold
      name={name === '' ? t('consents.nameless') : name}
      unnamed={name === ''}
      facts={[
        ...(userName === '' || userName === name ? [] : [t('consents.account', { name: userName })]),
        words.moment(last.at),
        ...(last.language === '' ? [] : [languageOf(last)]),
        ...(silent ? [] : [versionOf(last)]),
      ]}
      end={<Badge tone={tones[last.answer]}>{t(silent ? 'consents.silent' : `answer.${last.answer}`)}</Badge>}
    >
      {(steps.length > 1 || last.text !== '') && (
        <>
          <Steps
            label={t('consents.steps')}
            steps={steps.map(({ answer, at }) => ({
              what: t(`answer.${answer}`),
              at,
              moment: words.moment(at),
            }))}
          />
          {last.text !== '' && (
            <div>
              <p className={form['soft']}>{t('consents.words')}</p>
              <p className={styles['question']} lang={last.language}>
                {last.text}
              </p>
            </div>
          )}
        </>
      )}
    </Fold>
  );

  function versionOf({ version }: ConsentEvidence): string {
    return version === 0 ? t('consents.own') : t('consents.version', { version });
  }
}

function languageOf({ language }: ConsentEvidence): string {
  return languages.find(({ id }) => id === language)?.name ?? language;
}
