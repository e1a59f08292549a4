import { useTranslation } from 'react-i18next';
import { RadioGroup } from '@/ui';
import styles from './LayoutChoice.module.css';
import { type Layout, layouts } from './state';

/** x, y, width, height in a picture of 64×36; the first is the large one. */
type Box = readonly [number, number, number, number];

const pictures: Readonly<Record<Layout, readonly Box[]>> = {
  speaker: [
    [3, 3, 44, 30],
    [50, 3, 11, 8],
    [50, 14, 11, 8],
    [50, 25, 11, 8],
  ],
  grid: [
    [3, 3, 28, 14],
    [33, 3, 28, 14],
    [3, 19, 28, 14],
    [33, 19, 28, 14],
  ],
  share: [
    [3, 3, 44, 30],
    [50, 3, 11, 8],
    [50, 14, 11, 8],
  ],
};

function Picture({ layout }: { readonly layout: Layout }): React.JSX.Element {
  return (
    <svg className={styles['picture']} viewBox="0 0 64 36" aria-hidden="true">
      {pictures[layout].map(([x, y, width, height]) => (
        <rect key={`${x}:${y}`} x={x} y={y} width={width} height={height} rx={2} />
      ))}
      {layout === 'share' && <path className={styles['lines']} d="M9 11h30M9 17h22M9 23h26" />}
    </svg>
  );
}

interface LayoutChoiceProps {
  readonly value: Layout;
  readonly onChange: (layout: Layout) => void;
}

/** How the picture of the video is arranged, each with a small picture. */
export function LayoutChoice({ value, onChange }: LayoutChoiceProps): React.JSX.Element {
  const { t } = useTranslation('recording');
  return (
    <RadioGroup
      label={t('layout.title')}
      className={styles['choice']}
      value={value}
      onChange={onChange}
      items={layouts.map((layout) => ({
        id: layout,
        label: (
          <span className={styles['label']}>
            <Picture layout={layout} />
            <span>
              {t(`layout.${layout}`)}
              <span className={styles['soft']}>{t(`layout.${layout}.text`)}</span>
            </span>
          </span>
        ),
      }))}
    />
  );
}
