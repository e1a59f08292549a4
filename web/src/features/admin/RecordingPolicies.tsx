import { useQuery } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { admin, type Organisation, type OrganisationChange } from '@/api/admin';
import { faultText } from '@/i18n';
import { Banner, Button, Checkbox, LinkButton, TextField, toast } from '@/ui';
import styles from './Admin.module.css';
import { ConsentTexts } from './ConsentTexts';
import { Failure } from './Failure';
import { Head } from './Head';
import { type Days, daysOf, recordingChange, wrongDays } from './recordingDraft';
import { useAct } from './useAct';

/** RecordingPolicies is what holds for all recordings of the organisation. */
export default function RecordingPolicies() {
  const { t } = useTranslation('admin');
  const organisation = useQuery({ queryKey: ['organisation'], queryFn: admin.organisation });
  return (
    <div className={styles['page']}>
      <Head title={t('section.recordings')} lead={t('recordings.lead')} />
      <Failure error={organisation.error} onRetry={() => void organisation.refetch()} />
      {organisation.data && (
        // What is saved begins the form anew: the version of the words has changed then.
        <RecordingForm key={organisation.data.recording.consent.version} organisation={organisation.data} />
      )}
    </div>
  );
}

function RecordingForm({ organisation: { recording } }: { organisation: Organisation }) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  const [off, setOff] = useState(recording.off);
  const [days, setDays] = useState<Days>(() => daysOf(recording.retention));
  const [texts, setTexts] = useState(recording.consent.texts);
  const [erasable, setErasable] = useState(recording.erasable);
  const [watermark, setWatermark] = useState(recording.watermark);
  const wrong = wrongDays(days);
  const change = recordingChange(recording, { off, days, texts, erasable, watermark });
  const changed = Object.keys(change).length > 0;
  const save = useAct({
    act: () => admin.changeOrganisation({ recording: change } satisfies OrganisationChange),
    refresh: ['organisation'],
    onDone: () => toast.show(t('saved'), { tone: 'success' }),
    toastsFailure: false,
  });
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (wrong === undefined) save.mutate();
  };

  return (
    <form className={styles['page']} onSubmit={onSubmit} noValidate>
      {recording.problem !== '' && (
        <Banner tone="warning" title={t('recordings.problem')}>
          {faultText(recording.problem)}
        </Banner>
      )}
      <section className={styles['card']} aria-labelledby="recordings-may">
        <h2 id="recordings-may">{t('recordings.may')}</h2>
        <Checkbox
          label={t('recordings.on')}
          description={t('recordings.on.text')}
          value={!off}
          onChange={(on) => setOff(!on)}
        />
        <Checkbox
          label={t('recordings.watermark')}
          description={t('recordings.watermark.text')}
          value={watermark}
          onChange={setWatermark}
        />
      </section>
      <section className={styles['card']} aria-labelledby="recordings-days">
        <h2 id="recordings-days">{t('recordings.kept')}</h2>
        <p className={styles['soft']}>{t('recordings.kept.text')}</p>
        <div className={styles['row']}>
          {(['default', 'min', 'max'] as const).map((name) => (
            <TextField
              key={name}
              className={styles['grow']}
              label={t(`recordings.days.${name}`)}
              inputMode="numeric"
              value={days[name]}
              onChange={(text) => setDays({ ...days, [name]: text })}
              errorMessage={wrong === name ? t(`recordings.days.${name}.wrong`) : undefined}
            />
          ))}
        </div>
      </section>
      <section className={styles['card']} aria-labelledby="recordings-consent">
        <h2 id="recordings-consent">{t('recordings.consent')}</h2>
        <p className={styles['soft']}>{t('recordings.consent.text')}</p>
        <ConsentTexts
          version={recording.consent.version}
          changed={change.consent !== undefined}
          texts={texts}
          onChange={setTexts}
        />
        <Checkbox
          label={t('recordings.erasable')}
          description={t('recordings.erasable.text')}
          value={erasable}
          onChange={setErasable}
        />
      </section>
      <section className={styles['card']} aria-labelledby="recordings-hold">
        <h2 id="recordings-hold">{t('recordings.hold')}</h2>
        <p>{t('recordings.hold.text')}</p>
        <div className={styles['actions']}>
          <LinkButton href="/recordings?all">{t('recordings.hold.see')}</LinkButton>
        </div>
      </section>
      <div className={styles['saveBar']} data-changed={changed || undefined}>
        <Failure error={changed ? save.error : null} />
        <p role="status">{changed ? t('unsaved') : ''}</p>
        <Button type="submit" variant="primary" isDisabled={!changed} isPending={save.isPending}>
          {common('save')}
        </Button>
      </div>
    </form>
  );
}
