import { PageHeading } from '@/a11y';
import { useTheme } from '@/features/frame';
import { RadioGroup } from '@/ui';
import { Controls } from './Controls';
import styles from './GalleryPage.module.css';
import { Overlays } from './Overlays';

/** GalleryPage shows the whole kit, in development only; its words are for developers and not translated. */
export default function GalleryPage() {
  const { theme, choose } = useTheme();
  return (
    <main className={styles['gallery']}>
      <div className={styles['bar']}>
        <PageHeading title="Gallery" />
        <RadioGroup
          label="Theme"
          orientation="horizontal"
          value={theme}
          onChange={choose}
          items={[
            { id: 'system', label: 'System' },
            { id: 'light', label: 'Light' },
            { id: 'dark', label: 'Dark' },
          ]}
        />
      </div>
      <section className={styles['section']} aria-label="Controls">
        <Controls />
      </section>
      <section className={styles['section']} aria-label="Controls on the stage" data-surface="stage">
        <Controls />
      </section>
      <section className={styles['section']} aria-label="Overlays">
        <Overlays />
      </section>
    </main>
  );
}
