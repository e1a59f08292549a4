import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { focusFirstInvalid } from '@/a11y';
import { admin } from '@/api/admin';
import { Button, Checkbox, Dialog, TextField } from '@/ui';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { useAct } from './useAct';

export interface AddPersonProps {
  onClose: () => void;
  onAdded: (made: { name: string; link: string }) => void;
}

/** AddPerson makes an account; its person sets a password by the link that comes of it. */
export function AddPerson({ onClose, onAdded }: AddPersonProps) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [isAdmin, setAdmin] = useState(false);
  const [asked, setAsked] = useState(false);
  const add = useAct({
    act: () => admin.addPerson({ name: name.trim(), email: email.trim(), admin: isAdmin }),
    refresh: ['people'],
    onDone: ({ person, link }) => onAdded({ name: person.name, link }),
    toastsFailure: false,
  });
  const noEmail = !/^[^\s@]+@[^\s@]+$/.test(email.trim());
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked(true);
    if (name.trim() === '' || noEmail) focusFirstInvalid(event.currentTarget);
    else add.mutate();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('people.add')}
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          <Button variant="primary" type="submit" form="add-person" isPending={add.isPending}>
            {t('people.add')}
          </Button>
        </>
      }
    >
      <form id="add-person" className={styles['form']} onSubmit={onSubmit} noValidate>
        <Failure error={add.error} />
        <TextField
          label={t('people.name')}
          value={name}
          onChange={setName}
          maxLength={100}
          autoComplete="off"
          errorMessage={asked && name.trim() === '' ? common('fault.name_empty') : undefined}
          autoFocus
          isRequired
        />
        <TextField
          label={t('people.email')}
          description={t('people.email.hint')}
          type="email"
          value={email}
          onChange={setEmail}
          autoComplete="off"
          errorMessage={asked && noEmail ? common('fault.email_invalid') : undefined}
          isRequired
        />
        <Checkbox
          label={t('people.makeAdmin')}
          description={t('people.makeAdmin.hint')}
          value={isAdmin}
          onChange={setAdmin}
        />
      </form>
    </Dialog>
  );
}
