import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { admin, type Organisation } from '@/api/admin';
import { accentTokens, contrastOf, parseColour } from '@/features/frame';
import { Badge, Button, Check, FileButton, TextField, toast, Trash2, Upload } from '@/ui';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { Head } from './Head';
import { useAct } from './useAct';

/** Our own accent, in place of none. */
const ours = '#12606f';
const logoTypes = ['image/png', 'image/jpeg', 'image/webp'];
const largestLogo = 256 * 1024; // bytes, as the server has it

/** OrganisationPage is how the organisation shows itself: name, colour, logo. */
export default function OrganisationPage() {
  const { t } = useTranslation('admin');
  const organisation = useQuery({ queryKey: ['organisation'], queryFn: admin.organisation });
  return (
    <div className={styles['page']}>
      <Head title={t('section.organisation')} lead={t('organisation.lead')} />
      <Failure error={organisation.error} onRetry={() => void organisation.refetch()} />
      {organisation.data && (
        <>
          <Appearance organisation={organisation.data} />
          <Logo logo={organisation.data.logo} name={organisation.data.name} />
        </>
      )}
    </div>
  );
}

/** What the pages are made with comes from another question than the form's. */
function useRefreshServer() {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ['server'] });
}

function Appearance({ organisation }: { organisation: Organisation }) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  const refreshServer = useRefreshServer();
  const [name, setName] = useState(organisation.name);
  const [accent, setAccent] = useState(organisation.accent);
  const valid = accent === '' || parseColour(accent) !== undefined;
  const save = useAct({
    act: () => admin.changeOrganisation({ name: name.trim(), accent: accent.toLowerCase() }),
    refresh: ['organisation'],
    onDone: () => {
      refreshServer();
      toast.show(t('saved'), { tone: 'success' });
    },
    toastsFailure: false,
  });
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() !== '' && valid) save.mutate();
  };
  return (
    <form className={styles['card']} onSubmit={onSubmit} noValidate>
      <Failure error={save.error} />
      <TextField
        label={t('organisation.name')}
        description={t('organisation.name.hint')}
        value={name}
        onChange={setName}
        maxLength={100}
        errorMessage={name.trim() === '' ? common('fault.name_empty') : undefined}
        isRequired
      />
      <div className={styles['colour']}>
        <input
          type="color"
          aria-label={t('organisation.pick')}
          value={valid && accent !== '' ? accent : ours}
          onChange={(event) => setAccent(event.target.value)}
        />
        <TextField
          label={t('organisation.accent')}
          placeholder={ours}
          value={accent}
          onChange={(text) => setAccent(text.trim())}
          errorMessage={valid ? undefined : t('organisation.accent.wrong')}
        />
        {accent !== '' && (
          <Button variant="quiet" onPress={() => setAccent('')}>
            {t('organisation.accent.none')}
          </Button>
        )}
      </div>
      <Samples accent={valid && accent !== '' ? accent : ours} />
      <div className={styles['actions']}>
        <Button
          type="submit"
          variant="primary"
          isDisabled={name.trim() === organisation.name && accent === organisation.accent}
          isPending={save.isPending}
        >
          {common('save')}
        </Button>
      </div>
    </form>
  );
}

/** Samples shows the colour as it will be used, with its contrast in numbers. */
function Samples({ accent }: { accent: string }) {
  const { t, i18n } = useTranslation('admin');
  const tokens = accentTokens(accent);
  if (!tokens) return null;
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  return (
    <>
      <div className={styles['samples']} role="group" aria-label={t('organisation.samples')}>
        {(
          [
            ['light', '#ffffff'],
            ['dark', '#1e2124'],
          ] as const
        ).map(([theme, ground]) => {
          const colour = tokens[theme]['accent'] ?? accent;
          const on = tokens[theme]['on-accent'] ?? ground;
          return (
            <div
              key={theme}
              className={styles['sample']}
              style={{ background: ground, color: theme === 'light' ? '#1b1d20' : '#edeeee' }}
            >
              <span className={styles['sampleButton']} style={{ background: colour, color: on }}>
                {t(`organisation.sample.${theme}`)}
              </span>
              <Badge tone="live" icon={<Check size={14} aria-hidden="true" />}>
                {t('organisation.contrast', { ratio: number.format(contrastOf(colour, on)) })}
              </Badge>
            </div>
          );
        })}
      </div>
      <p className={styles['soft']}>
        {t(
          tokens.light['accent'] === accent.toLowerCase()
            ? 'organisation.accent.asIs'
            : 'organisation.accent.corrected',
        )}
      </p>
    </>
  );
}

function Logo({ logo, name }: { logo: string; name: string }) {
  const { t } = useTranslation('admin');
  const refreshServer = useRefreshServer();
  const onDone = () => {
    refreshServer();
    toast.show(t('saved'), { tone: 'success' });
  };
  const set = useAct({ act: (file: File) => admin.setLogo(file), refresh: ['organisation'], onDone });
  const remove = useAct({ act: admin.removeLogo, refresh: ['organisation'], onDone });
  return (
    <section className={styles['card']} aria-labelledby="organisation-logo">
      <h2 id="organisation-logo">{t('organisation.logo')}</h2>
      {logo !== '' && <img className={styles['logo']} src={logo} alt={t('organisation.logo.of', { name })} />}
      <p className={styles['soft']}>{t('organisation.logo.hint')}</p>
      <div className={styles['actions']}>
        <FileButton
          accept={logoTypes}
          icon={<Upload size={18} aria-hidden="true" />}
          isPending={set.isPending}
          onChoose={(file) => {
            if (!logoTypes.includes(file.type) || file.size > largestLogo)
              toast.show(t('organisation.logo.wrong'), { tone: 'warning' });
            else set.mutate(file);
          }}
        >
          {t(logo === '' ? 'organisation.logo.add' : 'organisation.logo.change')}
        </FileButton>
        {logo !== '' && (
          <Button
            variant="quiet"
            icon={<Trash2 size={18} aria-hidden="true" />}
            isPending={remove.isPending}
            onPress={() => remove.mutate()}
          >
            {t('organisation.logo.remove')}
          </Button>
        )}
      </div>
    </section>
  );
}
