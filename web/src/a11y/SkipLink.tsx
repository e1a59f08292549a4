import { useTranslation } from 'react-i18next';
import styles from './SkipLink.module.css';

/** SkipLink is the first stop of the tab key: it leads past the header to the element #main. */
export function SkipLink() {
  const { t } = useTranslation('common');
  return (
    <a className={styles['skip']} href="#main" onClick={skip}>
      {t('skipToContent')}
    </a>
  );
}

function skip(event: { preventDefault: () => void }): void {
  event.preventDefault(); // the fragment may hold a secret and must stay
  const main = document.getElementById('main');
  main?.focus();
  main?.scrollIntoView();
}
