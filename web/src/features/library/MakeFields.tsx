import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordingSettings } from '@/api/recordings';
import { Checkbox, RadioGroup, Select, Switch, TextField } from '@/ui';
import styles from './Form.module.css';

/** What is made of a recording, without who may see it and for how long. */
export type Make = Omit<RecordingSettings, 'days' | 'sharing'>;

const layouts = ['speaker', 'grid', 'share'] as const;
/** Of what was recorded already; the server's word for it is ''. */
const asInMeeting = 'meeting';
const heights = ['720', '1080'] as const;
const picture = ['names', 'logo'] as const;
const files = ['speakerChapters', 'audio', 'speakers'] as const;

/** The server's limit, in characters. */
const longestMark = 100;

export interface MakeFieldsProps {
  make: Make;
  onChange: (change: Partial<Make>) => void;
  /** The text that is typed is given when the field is left. */
  onMarkDone?: () => void;
  /** Choices that take effect at once, not with a button below. */
  atOnce?: boolean;
  /** Of what was recorded already: it may look as it did in the meeting. */
  recorded?: boolean;
}

/** MakeFields asks what the video looks like and what else is made. */
export function MakeFields({
  make,
  onChange,
  onMarkDone,
  atOnce = false,
  recorded = false,
}: MakeFieldsProps) {
  const { t } = useTranslation('library');
  const pictureTitle = useId();
  const filesTitle = useId();
  const OnOff = atOnce ? Switch : Checkbox;
  return (
    <>
      <RadioGroup
        label={t('make.layout')}
        items={[...(recorded ? ([asInMeeting] as const) : []), ...layouts].map((id) => ({
          id,
          label: t(`make.layout.${id}`),
          description: t(`make.layout.${id}.text`),
        }))}
        value={make.layout === '' ? asInMeeting : make.layout}
        onChange={(layout) => onChange({ layout: layout === asInMeeting ? '' : layout })}
      />
      <Select
        label={t('make.height')}
        items={heights.map((id) => ({
          id,
          label: t(`make.height.${id}`),
          description: t(`make.height.${id}.text`),
        }))}
        value={make.height === 1080 ? '1080' : '720'}
        onChange={(height) => onChange({ height: height === '1080' ? 1080 : 720 })}
      />
      <fieldset className={styles['group']} aria-labelledby={pictureTitle}>
        <legend id={pictureTitle}>{t('make.picture')}</legend>
        {picture.map((name) => (
          <OnOff
            key={name}
            label={t(`make.${name}`)}
            value={make[name]}
            onChange={(on) => onChange({ [name]: on })}
          />
        ))}
      </fieldset>
      <TextField
        label={t('make.mark')}
        description={t('make.mark.hint')}
        value={make.mark}
        onChange={(mark) => onChange({ mark })}
        maxLength={longestMark}
        {...(onMarkDone && { onBlur: onMarkDone })}
      />
      <fieldset className={styles['group']} aria-labelledby={filesTitle}>
        <legend id={filesTitle}>{t('make.more')}</legend>
        {files.map((name) => (
          <OnOff
            key={name}
            label={t(`make.${name}`)}
            description={t(`make.${name}.text`)}
            value={make[name]}
            onChange={(on) => onChange({ [name]: on })}
          />
        ))}
      </fieldset>
    </>
  );
}
