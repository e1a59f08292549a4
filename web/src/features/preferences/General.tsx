import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { type Theme, useTheme } from '@/features/frame';
import { play } from '@/features/sounds/player';
import { sounds } from '@/features/sounds/tones';
import { chooseLanguage, languages } from '@/i18n';
import { IconButton, Select, Switch, Volume2 } from '@/ui';
import styles from './Settings.module.css';
import { setPreferences, setSound, usePreferences } from './store';

const themes: readonly Theme[] = ['system', 'light', 'dark'];

/** Language, looks and sounds. */
export function General() {
  const { t, i18n } = useTranslation('preferences');
  const { t: common } = useTranslation('common');
  const { theme, choose } = useTheme();
  const { reduceMotion, mirror } = usePreferences();
  return (
    <div className={styles['general']}>
      <div className={styles['pair']}>
        <Select
          label={common('language')}
          items={languages.map(({ id, name }) => ({ id, label: name }))}
          value={languages.find(({ id }) => id === i18n.language)?.id ?? null}
          onChange={(id) => void chooseLanguage(id)}
        />
        <Select
          label={common('theme')}
          description={t('theme.text')}
          items={themes.map((id) => ({ id, label: common(`theme.${id}`) }))}
          value={theme}
          onChange={choose}
        />
      </div>
      <section className={styles['section']}>
        <Switch
          label={t('mirror')}
          description={t('mirror.text')}
          value={mirror}
          onChange={(on) => setPreferences({ mirror: on })}
        />
        <Switch
          label={t('motion')}
          description={t('motion.text')}
          value={reduceMotion}
          onChange={(on) => setPreferences({ reduceMotion: on })}
        />
      </section>
      <Sounds />
    </div>
  );
}

function Sounds() {
  const { t } = useTranslation('sounds');
  const heading = useId();
  const on = usePreferences((state) => state.sounds);
  return (
    <section aria-labelledby={heading} className={styles['section']}>
      <h3 id={heading}>{t('title')}</h3>
      <p className={styles['soft']}>{t('text')}</p>
      {sounds.map((sound) => (
        <div key={sound} className={styles['sound']}>
          <IconButton
            size="small"
            label={t('try', { sound: t(sound) })}
            icon={<Volume2 size={18} aria-hidden="true" />}
            onPress={() => void play(sound)}
          />
          <Switch
            className={styles['grow']}
            label={t(sound)}
            value={on[sound]}
            onChange={(value) => setSound(sound, value)}
          />
        </div>
      ))}
    </section>
  );
}
