import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { textOf, useServer, useSignOut, type User } from '@/api';
import { signin } from '@/api/signin';
import { chooseLanguage, languages } from '@/i18n';
import {
  Avatar,
  Button,
  ChevronDown,
  Clapperboard,
  LogOut,
  Menu,
  Monitor,
  Moon,
  SlidersHorizontal,
  Sun,
  toast,
  UserRound,
  Video,
} from '@/ui';
import styles from './Frame.module.css';
import { useTheme, type Theme } from './theme';

const themes: { id: Theme; icon: typeof Sun }[] = [
  { id: 'system', icon: Monitor },
  { id: 'light', icon: Sun },
  { id: 'dark', icon: Moon },
];

export function AccountMenu({ user }: { user: User }) {
  const { t, i18n } = useTranslation('common');
  const { theme, choose } = useTheme();
  const server = useServer();
  const signOut = useSignOut();
  const [, navigate] = useLocation();
  return (
    <Menu
      label={t('account.menu', { name: user.name })}
      trigger={
        <Button variant="quiet" icon={<Avatar name={user.name} size={28} />}>
          <span className="visually-hidden">{t('account.menu', { name: user.name })}</span>
          <span className={styles['accountName']} aria-hidden="true">
            {user.name}
          </span>
          <ChevronDown size={16} aria-hidden="true" />
        </Button>
      }
      sections={[
        {
          id: 'places',
          items: [
            {
              id: 'meetings',
              label: t('account.meetings'),
              icon: <Video size={18} aria-hidden="true" />,
              onAction: () => navigate('/'),
            },
            {
              id: 'recordings',
              label: t('account.recordings'),
              icon: <Clapperboard size={18} aria-hidden="true" />,
              onAction: () => navigate('/recordings'),
            },
            {
              id: 'account',
              label: t('account.mine'),
              icon: <UserRound size={18} aria-hidden="true" />,
              onAction: () => navigate('/account'),
            },
            ...(user.admin && server.data?.apart !== true
              ? [
                  {
                    id: 'admin',
                    label: t('account.admin'),
                    icon: <SlidersHorizontal size={18} aria-hidden="true" />,
                    onAction: () => navigate('/admin'),
                  },
                ]
              : []),
          ],
        },
        {
          id: 'theme',
          title: t('theme'),
          single: true,
          items: themes.map(({ id, icon: Icon }) => ({
            id,
            label: t(`theme.${id}`),
            icon: <Icon size={18} aria-hidden="true" />,
            selected: id === theme,
            onAction: () => choose(id),
          })),
        },
        {
          id: 'language',
          title: t('language'),
          single: true,
          items: languages.map(({ id, name }) => ({
            id,
            label: name,
            selected: id === i18n.language,
            onAction: () => void chooseLanguage(id),
          })),
        },
        {
          id: 'session',
          items: [
            {
              id: 'signOut',
              label: t('account.signOut'),
              icon: <LogOut size={18} aria-hidden="true" />,
              onAction: () =>
                signOut.mutate(undefined, {
                  onSuccess: () =>
                    user.provider
                      ? window.location.assign(signin.signOutURL(user.provider))
                      : navigate('/signin'),
                  onError: (error) => toast.show(textOf(error), { tone: 'danger' }),
                }),
            },
          ],
        },
      ]}
    />
  );
}
