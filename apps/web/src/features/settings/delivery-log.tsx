import { Channel, type Delivery, DeliveryState } from '@cmp/shared/notifications';
import { useMutation, useSuspenseInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { toast } from 'sonner';
import { Ago } from '#components/ago.tsx';
import { Button } from '#components/button.tsx';
import { EmptyNote } from '#components/empty-note.tsx';
import { Panel } from '#components/panel.tsx';
import { Section } from '#components/section.tsx';
import { SelectField } from '#components/select-field.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { StatusWord } from '#components/status-word.tsx';
import { Cell, Row, Table } from '#components/table.tsx';
import { WriteButton } from '#components/write-button.tsx';
import { momentInWords } from '#lib/time.ts';
import { usePresence } from '#lib/use-presence.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { type DeliveryFilter, deliveriesOf, pollOf, resendDelivery } from './deliveries.queries.ts';

/** What was sent to whom by which way, and what came of it. Its filter is the page's address. */
export function DeliveryLog() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const filter: DeliveryFilter = {
    channel: Channel.safeParse(search.get('channel')).data,
    state: DeliveryState.safeParse(search.get('state')).data,
  };
  function change(name: keyof DeliveryFilter, value: string) {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    setSearch(next, { replace: true, preventScrollReset: true });
  }

  return (
    <Section title={t('notifications.deliveries')} text={t('notifications.deliveriesText')}>
      <search
        aria-label={t('notifications.deliveryFilters')}
        className="grid max-w-96 grid-cols-2 gap-3"
      >
        <SelectField
          label={t('notifications.by')}
          value={filter.channel ?? ''}
          onChange={({ target }) => change('channel', target.value)}
        >
          <option value="">{t('notifications.anyChannel')}</option>
          {Channel.options.map((channel) => (
            <option key={channel} value={channel}>
              {t(`notifications.channel.${channel}`)}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={t('notifications.deliveryState')}
          value={filter.state ?? ''}
          onChange={({ target }) => change('state', target.value)}
        >
          <option value="">{t('notifications.anyState')}</option>
          {DeliveryState.options.map((state) => (
            <option key={state} value={state}>
              {t(`notifications.state.${state}`)}
            </option>
          ))}
        </SelectField>
      </search>
      <Panel
        key={search.toString()}
        skeleton={<SkeletonRows columns={['w-40', 'w-16', 'w-24', 'w-20']} />}
      >
        <Deliveries
          filter={filter}
          onAll={() => setSearch({}, { replace: true, preventScrollReset: true })}
        />
      </Panel>
    </Section>
  );
}

function Deliveries({ filter, onAll }: { filter: DeliveryFilter; onAll: () => void }) {
  const { t } = useTranslation();
  const isWatched = usePresence();
  const log = useSuspenseInfiniteQuery({
    ...deliveriesOf(filter),
    refetchInterval: ({ state }) => (isWatched ? pollOf(state.data?.pages ?? []) : false),
  });
  const items = log.data.pages.flatMap((page) => page.items);
  const isFiltered = filter.channel !== undefined || filter.state !== undefined;
  if (items.length === 0)
    return (
      <EmptyNote
        text={t(
          isFiltered ? 'notifications.deliveriesEmptyFiltered' : 'notifications.deliveriesEmpty',
        )}
      >
        {isFiltered ? <Button onClick={onAll}>{t('notifications.deliveriesAll')}</Button> : null}
      </EmptyNote>
    );
  return (
    <>
      <Table
        label={t('notifications.deliveries')}
        heads={[
          { text: t('notifications.deliveryWhat') },
          { text: t('notifications.deliveryTo') },
          { text: t('notifications.deliveryState') },
          { text: t('notifications.deliveryTries'), align: 'right' },
          { text: t('notifications.deliveryWhen') },
          { text: '', hiddenText: t('notifications.resend') },
        ]}
      >
        {items.map((delivery) => (
          <DeliveryRow key={delivery.id} delivery={delivery} />
        ))}
      </Table>
      {log.hasNextPage ? (
        <div>
          <Button disabled={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {t('notifications.deliveriesOlder')}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function DeliveryRow({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation();
  const resend = useMutation(resendDelivery);
  const { id, event, channel, attempts, at } = delivery;
  const to = delivery.to || t('notifications.nobody');
  return (
    <Row>
      <Cell phone="title">{t(`notifications.event.${event}`)}</Cell>
      <Cell phone="meta">
        <span className="flex flex-wrap gap-x-1.5">
          <span className="text-ink-2">{t(`notifications.channel.${channel}`)}</span>
          <span translate="no" className="wrap-anywhere">
            {to}
          </span>
        </span>
      </Cell>
      <Cell phone="below">
        <Standing delivery={delivery} />
      </Cell>
      <Cell phone="hidden" align="right">
        <span className="tnum">{attempts}</span>
      </Cell>
      <Cell phone="metaAside">
        <span className="text-ink-2">
          <Ago at={at} />
        </span>
      </Cell>
      <Cell phone="aside" align="right">
        {delivery.state === 'waiting' || channel === 'panel' ? null : (
          <WriteButton
            size="row"
            disabled={resend.isPending}
            aria-label={t('notifications.resendOf', { to })}
            onClick={() => resend.mutate(id, { onSuccess: () => toast(t('notifications.resent')) })}
          >
            {t('notifications.resend')}
          </WriteButton>
        )}
      </Cell>
    </Row>
  );
}

/** Its state, why it failed so far, and when it is tried again. */
function Standing({ delivery: { state, failure, nextAt, attempts } }: { delivery: Delivery }) {
  const { t } = useTranslation();
  const zone = useSiteZone();
  // Where nothing failed yet, it waits for its turn, or for quiet hours to end.
  const isTroubled = state === 'waiting' && attempts > 0;
  return (
    <span className="grid gap-0.5 py-1">
      <span>
        <StatusWord status={isTroubled ? 'soon' : statusOf[state]}>
          {t(`notifications.state.${state}`)}
        </StatusWord>
        {state === 'waiting' && nextAt !== null ? (
          <span className="tnum ml-2 text-ink-3">
            {t('notifications.nextTry', { when: momentInWords(nextAt, zone) })}
          </span>
        ) : null}
      </span>
      {failure === null || state === 'sent' ? null : (
        <span
          translate="no"
          className="max-w-[48ch] text-label font-normal wrap-anywhere text-ink-3"
        >
          {failure}
        </span>
      )}
    </span>
  );
}

const statusOf = {
  waiting: 'off',
  sent: 'active',
  parked: 'expired',
  dropped: 'off',
} as const satisfies Record<DeliveryState, string>;
