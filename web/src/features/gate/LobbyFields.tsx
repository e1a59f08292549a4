import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Lobby } from '@/live';
import { RadioGroup, Switch, TextField } from '@/ui';
import { domainsOf, isDomain, mostDomains } from './domains';
import styles from './Gate.module.css';

export const modes = ['off', 'guests', 'everyone'] as const;
export type Mode = (typeof modes)[number];

/** The mode a lobby names; one this client does not know lets nobody pass. */
export function modeOf({ mode }: Pick<Lobby, 'mode'>): Mode {
  return modes.find((each) => each === mode) ?? 'everyone';
}

interface Props {
  lobby: Lobby;
  onChange: (lobby: Lobby) => void;
}

/** Who waits to be let in, and who passes by a rule. The rules show only where they matter. */
export function LobbyFields({ lobby, onChange }: Props) {
  const { t } = useTranslation('gate');
  const mode = modeOf(lobby);
  return (
    <div className={styles['fields']}>
      <RadioGroup
        label={t('lobby.mode')}
        items={modes.map((id) => ({ id, label: t(`lobby.${id}`), description: t(`lobby.${id}.text`) }))}
        value={mode}
        onChange={(next) => onChange({ ...lobby, mode: next })}
      />
      {mode !== 'off' && (
        <fieldset className={styles['rules']}>
          <legend>{t('lobby.rules')}</legend>
          <Switch
            label={t('lobby.invited')}
            value={lobby.invited}
            onChange={(invited) => onChange({ ...lobby, invited })}
          />
          {mode === 'everyone' && (
            <>
              <Switch
                label={t('lobby.signedIn')}
                value={lobby.signedIn}
                onChange={(signedIn) => onChange({ ...lobby, signedIn })}
              />
              {!lobby.signedIn && (
                <DomainsField
                  domains={lobby.domains}
                  onChange={(domains) => onChange({ ...lobby, domains })}
                />
              )}
            </>
          )}
        </fieldset>
      )}
    </div>
  );
}

/** Domains as one types them, taken over when the field is left and all of them make sense. */
function DomainsField({
  domains,
  onChange,
}: {
  domains: readonly string[];
  onChange: (domains: string[]) => void;
}) {
  const { t } = useTranslation('gate');
  const [text, setText] = useState(domains.join(', '));
  const [left, setLeft] = useState(false);
  const typed = domainsOf(text);
  const wrong = typed.find((domain) => !isDomain(domain));
  const error =
    wrong !== undefined
      ? t('domains.wrong', { domain: wrong })
      : typed.length > mostDomains
        ? t('domains.many', { count: mostDomains })
        : undefined;
  return (
    <TextField
      label={t('domains')}
      description={t('domains.hint')}
      placeholder="example.org"
      value={text}
      onChange={(next) => {
        setText(next);
        setLeft(false);
      }}
      onBlur={() => {
        setLeft(true);
        if (error === undefined && typed.join() !== domains.join()) onChange(typed);
      }}
      errorMessage={left ? error : undefined}
    />
  );
}
