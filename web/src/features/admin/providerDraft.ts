import type { Provider, ProviderSettings } from '@/api/admin';

/** What the form holds: everything as text, lists with commas between. */
export interface Draft {
  name: string;
  enabled: boolean;
  secret: string;
  create: boolean;
  domains: string;
  adminGroups: string;
  issuer: string;
  clientId: string;
  scopes: string;
  groupsClaim: string;
  url: string;
  startTls: boolean;
  bindDn: string;
  baseDn: string;
  userFilter: string;
  nameAttribute: string;
  emailAttribute: string;
  subjectAttribute: string;
  groupsAttribute: string;
}

/** The search that fits most directories; {user} is what the person typed. */
const usualFilter = '(&(objectClass=person)(uid={user}))';

/** draftOf begins the form: with a provider's settings, or for a new one with what is usual. */
export function draftOf(kind: Provider['kind'], provider: Provider | undefined): Draft {
  const { oidc, ldap, accounts } = provider?.settings ?? {};
  return {
    name: provider?.name ?? '',
    enabled: provider?.enabled ?? true,
    secret: '',
    create: accounts?.create ?? true,
    domains: joined(accounts?.domains),
    adminGroups: joined(accounts?.adminGroups),
    issuer: oidc?.issuer ?? '',
    clientId: oidc?.clientId ?? '',
    scopes: joined(oidc?.scopes),
    groupsClaim: oidc?.groupsClaim ?? '',
    url: ldap?.url ?? '',
    startTls: ldap?.startTls ?? false,
    bindDn: ldap?.bindDn ?? '',
    baseDn: ldap?.baseDn ?? '',
    userFilter: ldap?.userFilter ?? (kind === 'ldap' ? usualFilter : ''),
    nameAttribute: ldap?.nameAttribute ?? '',
    emailAttribute: ldap?.emailAttribute ?? '',
    subjectAttribute: ldap?.subjectAttribute ?? '',
    groupsAttribute: ldap?.groupsAttribute ?? '',
  };
}

/** settingsOf gives the settings as the server takes them; what the form does not show stays as it was. */
export function settingsOf(
  kind: Provider['kind'],
  draft: Draft,
  provider: Provider | undefined,
): ProviderSettings {
  const before = provider?.settings;
  const accounts = {
    ...before?.accounts,
    create: draft.create,
    domains: split(draft.domains),
    adminGroups: split(draft.adminGroups),
  };
  if (kind === 'oidc') {
    const { issuer, clientId, scopes, groupsClaim } = draft;
    return {
      ...before,
      accounts,
      oidc: {
        ...before?.oidc,
        issuer: issuer.trim(),
        clientId: clientId.trim(),
        scopes: split(scopes),
        groupsClaim: groupsClaim.trim(),
      },
    };
  }
  return {
    ...before,
    accounts,
    ldap: {
      ...before?.ldap,
      url: draft.url.trim(),
      startTls: draft.startTls,
      bindDn: draft.bindDn.trim(),
      baseDn: draft.baseDn.trim(),
      userFilter: draft.userFilter.trim(),
      nameAttribute: draft.nameAttribute.trim(),
      emailAttribute: draft.emailAttribute.trim(),
      subjectAttribute: draft.subjectAttribute.trim(),
      groupsAttribute: draft.groupsAttribute.trim(),
    },
  };
}

const joined = (list: readonly string[] | undefined) => (list ?? []).join(', ');
const split = (text: string) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
