import { useTranslation } from 'react-i18next';
import type { Policy } from '@/live';
import { Switch } from '@/ui';
import styles from './Gate.module.css';

/** The switches of the policy, in the order and the groups people think of them. */
const groups = [
  { id: 'media', names: ['microphone', 'camera', 'share'] },
  { id: 'words', names: ['chat', 'chatPrivate', 'reactions', 'raiseHand', 'rename'] },
  { id: 'sight', names: ['seePeople', 'seeCameras'] },
] as const satisfies readonly { id: string; names: readonly (keyof Policy)[] }[];

/** Switches whose name does not say all that happens. */
const explained = ['chatPrivate', 'reactions', 'seePeople', 'seeCameras'] as const;

function isExplained(name: keyof Policy): name is (typeof explained)[number] {
  return (explained as readonly (keyof Policy)[]).includes(name);
}

interface Props {
  policy: Policy;
  onChange: (change: Partial<Policy>) => void;
}

/** What attendees may do. */
export function PolicyFields({ policy, onChange }: Props) {
  const { t } = useTranslation('gate');
  return (
    <div className={styles['fields']}>
      <p className={styles['soft']}>{t('policy.text')}</p>
      {groups.map(({ id, names }) => (
        <fieldset key={id} className={styles['group']}>
          <legend>{t(`policy.group.${id}`)}</legend>
          {names.map((name) => (
            <Switch
              key={name}
              label={t(`policy.${name}`)}
              description={isExplained(name) ? t(`policy.${name}.text`) : undefined}
              value={policy[name]}
              onChange={(on) => onChange({ [name]: on })}
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}
