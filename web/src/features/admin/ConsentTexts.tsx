import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { languages, wordsOf } from '@/i18n';
import { Tabs, TextField } from '@/ui';
import styles from './ConsentTexts.module.css';

/** The server's limit, in characters. */
const longest = 2_000;

export interface ConsentTextsProps {
  /** Of the words in force; 0 for the program's own. */
  version: number;
  changed: boolean;
  /** By language; the program's own words where there is none. */
  texts: Record<string, string>;
  onChange: (texts: Record<string, string>) => void;
}

/** ConsentTexts is the question that everybody in a recorded meeting is asked, in each language, and how it looks. */
export function ConsentTexts({ version, changed, texts, onChange }: ConsentTextsProps) {
  const { t } = useTranslation('admin');
  return (
    <>
      <p role="status" className={styles['version']}>
        {changed
          ? t('recordings.version.next', { version: version + 1 })
          : t(version === 0 ? 'recordings.version.none' : 'recordings.version', { version })}
      </p>
      <Tabs
        label={t('recordings.languages')}
        items={languages.map(({ id, name }) => ({
          id,
          label: name,
          content: (
            <Language
              id={id}
              name={name}
              text={texts[id] ?? ''}
              onChange={(text) => onChange({ ...texts, [id]: text })}
            />
          ),
        }))}
      />
    </>
  );
}

interface LanguageProps {
  id: (typeof languages)[number]['id'];
  name: string;
  text: string;
  onChange: (text: string) => void;
}

function Language({ id, name, text, onChange }: LanguageProps) {
  const { t } = useTranslation('admin');
  const title = useId();
  const own = useQuery({
    queryKey: ['words', 'recording', id],
    queryFn: () => wordsOf(id, 'recording'),
    staleTime: Infinity,
  });
  return (
    <div className={styles['language']}>
      <TextField
        label={t('recordings.words', { language: name })}
        description={t('recordings.words.hint', { count: longest })}
        value={text}
        onChange={onChange}
        multiline
        rows={10}
        maxLength={longest}
      />
      <section aria-labelledby={title} className={styles['preview']}>
        <h3 id={title}>{t('recordings.preview')}</h3>
        {own.data && (
          <div className={styles['card']} lang={id}>
            <p className={styles['title']}>{own.data['consent.title']}</p>
            <p className={styles['words']}>{text.trim() === '' ? own.data['consent.words'] : text.trim()}</p>
            {/* Drawn, not to be pressed: this is how it looks. */}
            <p className={styles['buttons']} aria-hidden="true">
              <span>{own.data['consent.agree']}</span>
              <span>{own.data['consent.refuse']}</span>
            </p>
          </div>
        )}
      </section>
    </div>
  );
}
