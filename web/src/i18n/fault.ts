import i18next from 'i18next';
import type { resources } from './resources.gen';

type FaultKey = Extract<keyof resources['common'], `fault.${string}`>;

/** isFaultKey reports whether there are words for the key. */
export function isFaultKey(key: string): key is FaultKey {
  return i18next.exists(key, { ns: 'common' });
}

/** faultText puts a fault code of the server ("meeting.not_found") into words. */
export function faultText(code: string, values: { reference?: string } = {}): string {
  const key = `fault.${code.replaceAll('.', '_')}`;
  if (!isFaultKey(key)) return i18next.t('fault.internal', { ns: 'common' });
  if (values.reference !== undefined && key === 'fault.internal') {
    return i18next.t('fault.internal_reference', { ns: 'common', reference: values.reference });
  }
  return i18next.t(key, { ns: 'common' });
}
