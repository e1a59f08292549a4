import { useTranslation } from 'react-i18next';
import { Button, ChevronDown, Languages, Menu } from '@/ui';
import { languages } from './languages';
import { chooseLanguage } from './start';

/** LanguageSwitch shows the language in use and offers the others by their own names. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation('common');
  const current = languages.find(({ id }) => id === i18n.language);
  return (
    <Menu
      label={t('language')}
      trigger={
        <Button variant="quiet" size="small" icon={<Languages size={18} aria-hidden="true" />}>
          <span className="visually-hidden">{t('language')}: </span>
          {current?.name}
          <ChevronDown size={16} aria-hidden="true" />
        </Button>
      }
      sections={[
        {
          id: 'languages',
          single: true,
          items: languages.map(({ id, name }) => ({
            id,
            label: name,
            selected: id === i18n.language,
            onAction: () => void chooseLanguage(id),
          })),
        },
      ]}
    />
  );
}
