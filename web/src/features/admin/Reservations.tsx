import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { focusFirstInvalid } from '@/a11y';
import { useMeetings } from '@/api';
import { admin, type Reservation } from '@/api/admin';
import { usePages } from '@/api/pages';
import { formatDate, formatTime } from '@/i18n';
import {
  Button,
  DateField,
  Dialog,
  IconButton,
  LoadMore,
  Plus,
  Select,
  Table,
  TextField,
  toast,
  Trash2,
} from '@/ui';
import styles from './Admin.module.css';
import { Failure } from './Failure';
import { useAct } from './useAct';

const moment = (at: string) => `${formatDate(new Date(at))}, ${formatTime(new Date(at))}`;

/** Reservations keeps connections free for a planned meeting. */
export function Reservations() {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  const reservations = usePages(['pool', 'reservations'], admin.reservations, (part) => part.reservations);
  const meetings = useMeetings();
  const [adding, setAdding] = useState(false);
  const list = reservations.items ?? [];
  const nameOf = (id: string) => meetings.data?.find((meeting) => meeting.id === id)?.name;
  const reserve = useAct({
    act: ({ meeting, places, from, until }: Reservation) => admin.reserve({ meeting, places, from, until }),
    refresh: ['pool'],
  });
  const remove = useAct({
    act: ({ id }: Reservation) => admin.unreserve(id),
    refresh: ['pool'],
    onDone: (_, reservation) =>
      toast.show(t('reservations.deleted'), {
        tone: 'success',
        action: { label: common('undo'), onPress: () => reserve.mutate(reservation) },
      }),
  });
  return (
    <section className={styles['card']} aria-labelledby="pool-reservations">
      <div className={styles['head']}>
        <div>
          <h2 id="pool-reservations">{t('reservations')}</h2>
          <p className={styles['lead']}>{t('reservations.lead')}</p>
        </div>
        <Button icon={<Plus size={18} aria-hidden="true" />} onPress={() => setAdding(true)}>
          {t('reservations.add')}
        </Button>
      </div>
      <Failure error={reservations.error} onRetry={() => void reservations.refetch()} />
      {reservations.isSuccess && list.length === 0 && (
        <p className={styles['soft']}>{t('reservations.none')}</p>
      )}
      {list.length > 0 && (
        <Table
          label={t('reservations')}
          rows={list}
          keyOf={({ id }) => id}
          columns={[
            {
              id: 'meeting',
              title: t('running.meeting'),
              cell: ({ meeting }) => nameOf(meeting) ?? t('running.hidden', { id: meeting.slice(0, 6) }),
            },
            { id: 'places', title: t('tenants.places'), numeric: true, cell: ({ places }) => places },
            { id: 'from', title: t('reservations.from'), cell: ({ from }) => moment(from) },
            { id: 'until', title: t('reservations.until'), cell: ({ until }) => moment(until) },
            {
              id: 'actions',
              title: t('people.actions'),
              hideTitle: true,
              corner: true,
              numeric: true,
              cell: (reservation) => (
                <IconButton
                  label={t('reservations.delete.of', { when: moment(reservation.from) })}
                  tooltip={t('reservations.delete')}
                  icon={<Trash2 size={20} />}
                  onPress={() => remove.mutate(reservation)}
                />
              ),
            },
          ]}
        />
      )}
      <LoadMore
        hasMore={reservations.hasNextPage}
        isPending={reservations.isFetchingNextPage}
        onPress={() => void reservations.fetchNextPage()}
      />
      {adding && <AddReservation onClose={() => setAdding(false)} />}
    </section>
  );
}

function AddReservation({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation('common');
  const meetings = useMeetings();
  const [meeting, setMeeting] = useState<string | null>(null);
  const [places, setPlaces] = useState('');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [asked, setAsked] = useState(false);
  const wrong = {
    meeting: meeting === null,
    places: !/^[1-9]\d{0,5}$/.test(places),
    from: from === '',
    until: until === '' || until <= from,
  };
  const reserve = useAct({
    act: () =>
      admin.reserve({
        meeting: meeting ?? '',
        places: Number(places),
        from: new Date(from).toISOString(),
        until: new Date(until).toISOString(),
      }),
    refresh: ['pool'],
    onDone: onClose,
    toastsFailure: false,
  });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked(true);
    if (Object.values(wrong).some(Boolean)) focusFirstInvalid(event.currentTarget);
    else reserve.mutate();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t('reservations.add')}
      actions={
        <>
          <Button onPress={onClose}>{common('cancel')}</Button>
          <Button variant="primary" type="submit" form="reserve" isPending={reserve.isPending}>
            {t('reservations.add')}
          </Button>
        </>
      }
    >
      <form id="reserve" className={styles['form']} onSubmit={onSubmit} noValidate>
        <Failure error={reserve.error} />
        <Select
          label={t('running.meeting')}
          description={t('reservations.meeting.hint')}
          items={(meetings.data ?? []).map(({ id, name }) => ({ id, label: name }))}
          value={meeting}
          onChange={setMeeting}
          errorMessage={asked && wrong.meeting ? t('reservations.meeting.missing') : undefined}
        />
        <TextField
          label={t('tenants.places')}
          inputMode="numeric"
          value={places}
          onChange={setPlaces}
          errorMessage={asked && wrong.places ? t('tenants.places.wrong') : undefined}
          isRequired
        />
        <DateField
          label={t('reservations.from')}
          withTime
          value={from}
          onChange={setFrom}
          errorMessage={asked && wrong.from ? t('reservations.from.missing') : undefined}
          isRequired
        />
        <DateField
          label={t('reservations.until')}
          withTime
          value={until}
          onChange={setUntil}
          errorMessage={asked && wrong.until ? t('reservations.until.wrong') : undefined}
          isRequired
        />
      </form>
    </Dialog>
  );
}
