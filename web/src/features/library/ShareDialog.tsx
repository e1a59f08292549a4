import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { textOf } from '@/api';
import { NotConfirmed } from '@/api/confirm';
import { type Recording, recordings, type Sharing } from '@/api/recordings';
import {
  Banner,
  Button,
  Checkbox,
  CopyField,
  cx,
  DateField,
  Dialog,
  RadioGroup,
  TextField,
  toast,
} from '@/ui';
import styles from './Form.module.css';
import { useChange } from './queries';
import { audiences, changeOf, type Draft, draftOf, local, wrongOf } from './sharing';
import { useLibraryWords } from './words';

const none: Sharing = {
  with: 'nobody',
  download: false,
  watermark: false,
  linkSet: false,
  linkExpires: null,
  passcodeSet: false,
};

export interface ShareDialogProps {
  recording: Recording;
  onClose: () => void;
}

/** ShareDialog decides who may watch a recording beside those who manage it. */
export function ShareDialog({ recording, onClose }: ShareDialogProps) {
  const { t } = useTranslation('library');
  const { t: common } = useTranslation('common');
  const sharing = recording.sharing ?? none;
  const [draft, setDraft] = useState(() => draftOf(sharing));
  const [link, setLink] = useState('');
  const [tried, setTried] = useState(false);
  const [opened] = useState(Date.now);
  const change = (more: Partial<Draft>) => setDraft({ ...draft, ...more });
  const wrong = wrongOf(draft, sharing.passcodeSet, opened);

  const save = useChange({
    act: async () => {
      await recordings.change(recording.id, { sharing: changeOf(draft, sharing.passcodeSet) });
      // Whoever shares by a link wants the link.
      return draft.with === 'link' && !sharing.linkSet ? (await recordings.makeLink(recording.id)).link : '';
    },
    onDone: (made) => {
      if (made === '') {
        toast.show(t('share.saved'), { tone: 'success' });
        onClose();
      } else {
        setLink(made);
        change({ passcode: '' });
        announce(t('share.link.made'));
      }
    },
    toastsFailure: false,
  });
  const failure = save.error instanceof NotConfirmed ? null : save.error;

  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('share.title')}
      actions={
        link === '' ? (
          <>
            <Sum draft={draft} passcodeSet={sharing.passcodeSet} />
            <Button onPress={onClose}>{common('cancel')}</Button>
            <Button type="submit" form="share-recording" variant="primary" isPending={save.isPending}>
              {t(draft.with === 'link' && !sharing.linkSet ? 'share.saveAndLink' : 'share.save')}
            </Button>
          </>
        ) : (
          <Button variant="primary" onPress={onClose}>
            {common('done')}
          </Button>
        )
      }
    >
      <form
        id="share-recording"
        className={styles['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (wrong === undefined) save.mutate();
        }}
      >
        {failure && (
          <Banner tone="danger" live>
            {textOf(failure)}
          </Banner>
        )}
        {link !== '' ? (
          <Made link={link} />
        ) : (
          <>
            <RadioGroup
              label={t('share.with')}
              items={audiences.map((id) => ({
                id,
                label: t(`share.with.${id}`),
                description: t(`share.with.${id}.text`),
              }))}
              value={draft.with}
              onChange={(audience) => change({ with: audience })}
            />
            {draft.with === 'link' && (
              <LinkFields
                draft={draft}
                sharing={sharing}
                wrong={tried ? wrong : undefined}
                onChange={change}
              />
            )}
            {draft.with === 'link' && sharing.linkSet && (
              <PresentLink recording={recording.id} onMade={setLink} onWithdrawn={onClose} />
            )}
            {draft.with !== 'nobody' && (
              <fieldset className={styles['group']}>
                <legend>{t('share.how')}</legend>
                <Checkbox
                  label={t('share.download')}
                  description={t('share.download.text')}
                  value={draft.download}
                  onChange={(download) => change({ download })}
                />
                <Checkbox
                  label={t('share.watermark')}
                  description={t('share.watermark.text')}
                  value={draft.watermark}
                  onChange={(watermark) => change({ watermark })}
                />
              </fieldset>
            )}
          </>
        )}
        {link !== '' && <Sum draft={draft} passcodeSet={sharing.passcodeSet} />}
      </form>
    </Dialog>
  );
}

/** The link in the one moment in which it can be read. */
function Made({ link }: { link: string }) {
  const { t } = useTranslation('library');
  return (
    <div className={styles['inset']}>
      <h3>{t('share.link.made')}</h3>
      <p className={styles['soft']}>{t('share.link.once')}</p>
      <CopyField label={t('share.link')} text={link} />
    </div>
  );
}

interface LinkFieldsProps {
  draft: Draft;
  sharing: Sharing;
  wrong: ReturnType<typeof wrongOf>;
  onChange: (change: Partial<Draft>) => void;
}

function LinkFields({ draft, sharing, wrong, onChange }: LinkFieldsProps) {
  const { t } = useTranslation('library');
  const kept = sharing.passcodeSet && draft.protected;
  return (
    <div className={styles['inset']}>
      <DateField
        label={t('share.expires')}
        description={t('share.expires.hint')}
        withTime
        value={draft.expires}
        onChange={(expires) => onChange({ expires })}
        errorMessage={wrong === 'past' ? t('share.expires.past') : undefined}
      />
      <Checkbox
        label={t('share.passcode')}
        description={t('share.passcode.text')}
        value={draft.protected}
        onChange={(on) => onChange({ protected: on })}
      />
      {draft.protected && (
        <TextField
          label={t(kept ? 'share.passcode.change' : 'share.passcode.new')}
          description={t(kept ? 'share.passcode.kept' : 'share.passcode.hint')}
          value={draft.passcode}
          onChange={(passcode) => onChange({ passcode })}
          autoComplete="off"
          maxLength={64}
          errorMessage={wrong === 'passcode' ? t('share.passcode.wrong') : undefined}
        />
      )}
    </div>
  );
}

interface PresentLinkProps {
  recording: string;
  onMade: (link: string) => void;
  onWithdrawn: () => void;
}

/** A link is out already: it cannot be looked up, only replaced or withdrawn. */
function PresentLink({ recording, onMade, onWithdrawn }: PresentLinkProps) {
  const { t } = useTranslation('library');
  const renew = useChange({ act: () => recordings.makeLink(recording), onDone: (made) => onMade(made.link) });
  const withdraw = useChange({
    act: () => recordings.withdrawLink(recording),
    onDone: () => {
      toast.show(t('share.link.withdrawn'), { tone: 'success' });
      onWithdrawn();
    },
  });
  return (
    <div className={styles['inset']}>
      <h3>{t('share.link.there')}</h3>
      <p className={styles['soft']}>{t('share.link.there.text')}</p>
      <div className={styles['buttons']}>
        <Button size="small" isPending={renew.isPending} onPress={() => renew.mutate()}>
          {t('share.link.renew')}
        </Button>
        <Button size="small" variant="quiet" isPending={withdraw.isPending} onPress={() => withdraw.mutate()}>
          {t('share.link.withdraw')}
        </Button>
      </div>
    </div>
  );
}

/** Who can watch then, in a sentence or two. */
function Sum({ draft, passcodeSet }: { draft: Draft; passcodeSet: boolean }) {
  const { t } = useTranslation('library');
  const words = useLibraryWords();
  const until = draft.with === 'link' && draft.expires !== '' && draft.expires !== local(null);
  return (
    <p className={cx(styles['sum'], styles['footer'])} role="status">
      {[
        t(`share.sum.${draft.with}`),
        ...(until ? [t('share.sum.until', { when: words.moment(draft.expires) })] : []),
        ...(draft.with === 'link' && draft.protected && (passcodeSet || draft.passcode !== '')
          ? [t('share.sum.passcode')]
          : []),
        ...(draft.with !== 'nobody' ? [t(draft.download ? 'share.sum.download' : 'share.sum.watch')] : []),
      ].join(' ')}
    </p>
  );
}
