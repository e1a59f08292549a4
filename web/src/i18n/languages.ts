/** The languages of the interface by their own names, in the order of the switch. */
export const languages = [
  { id: 'en', name: 'English' },
  { id: 'de', name: 'Deutsch' },
  { id: 'fr', name: 'Français' },
  { id: 'nl', name: 'Nederlands' },
] as const;

export type Language = (typeof languages)[number]['id'];

/** pickLanguage gives the first of the wanted tags ("de-AT") that there is a translation for. */
export function pickLanguage(wanted: readonly (string | null)[]): Language {
  for (const tag of wanted) {
    const language = tag?.toLowerCase().split('-')[0];
    const known = languages.find(({ id }) => id === language);
    if (known) return known.id;
  }
  return 'en';
}
