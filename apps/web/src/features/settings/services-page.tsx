import { Menu } from '@base-ui/react/menu';
import type { Service } from '@cmp/shared/services';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { EmptyNote } from '#components/empty-note.tsx';
import { menuItemShape, menuLineShape, menuShape } from '#components/menu-shape.ts';
import { Panel } from '#components/panel.tsx';
import { Section } from '#components/section.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { Cell, Row, Table } from '#components/table.tsx';
import { offerUndo } from '#components/undo-toast.tsx';
import { queryClient } from '#lib/query-client.ts';
import { serviceList } from '#lib/service-list.ts';
import { generalSection } from './section.queries.ts';
import { EditServiceDialog, NewServiceDialog } from './service-dialogs.tsx';
import { removeService, reorderServices } from './services.queries.ts';

export function loader(): null {
  void queryClient.prefetchQuery(serviceList);
  void queryClient.prefetchQuery(generalSection);
  return null;
}

export function ServicesPage() {
  return (
    <Panel skeleton={<SkeletonRows columns={['w-32', 'w-10', 'w-20', 'w-20', 'w-8']} />}>
      <Services />
    </Panel>
  );
}

/** What is open above the page. */
type Open = { what: 'new' } | { what: 'edit'; service: Service };

function Services() {
  const { t } = useTranslation();
  const { data: services } = useSuspenseQuery(serviceList);
  const { currency } = useSuspenseQuery(generalSection).data.values;
  const [isOpen, open] = useState<Open>();
  const close = () => open(undefined);

  return (
    <Section
      title={t('settings.services')}
      text={t('services.lead')}
      aside={
        services.items.length > 0 ? (
          <Button tone="primary" onClick={() => open({ what: 'new' })}>
            {t('services.add')}
          </Button>
        ) : null
      }
    >
      {services.items.length > 0 ? (
        <ServiceTable
          services={services.items}
          currency={currency}
          onEdit={(service) => open({ what: 'edit', service })}
        />
      ) : (
        <EmptyNote text={t('services.none')}>
          <Button tone="primary" onClick={() => open({ what: 'new' })}>
            {t('services.add')}
          </Button>
        </EmptyNote>
      )}
      {isOpen?.what === 'new' ? <NewServiceDialog currency={currency} onClose={close} /> : null}
      {isOpen?.what === 'edit' ? (
        <EditServiceDialog service={isOpen.service} currency={currency} onClose={close} />
      ) : null}
    </Section>
  );
}

interface ServiceTableProps {
  services: readonly Service[];
  currency: string;
  onEdit: (service: Service) => void;
}

function ServiceTable({ services, currency, onEdit }: ServiceTableProps) {
  const { t, i18n } = useTranslation();
  const price = new Intl.NumberFormat(i18n.language === 'pseudo' ? 'en' : i18n.language, {
    style: 'currency',
    currency,
  });

  return (
    <Table
      label={t('settings.services')}
      heads={[
        { text: t('services.name') },
        { text: t('services.devices'), align: 'right' },
        { text: t('services.dataLimitGb'), align: 'right' },
        { text: t('services.price'), align: 'right' },
        { text: '', hiddenText: t('services.actionsHead') },
      ]}
    >
      {services.map((service, index) => (
        <Row key={service.id}>
          <Cell phone="title">
            <span className="flex min-w-0 flex-wrap items-baseline gap-x-2.5">
              <span translate="no" className="font-semibold">
                {service.name}
              </span>
              <span
                translate="no"
                className="min-w-0 wrap-anywhere text-ink-3 text-label font-normal"
              >
                {service.aliases.join(', ')}
              </span>
            </span>
          </Cell>
          <Cell phone="meta" align="right">
            <span className="tnum">
              {service.devices === null ? (
                <Unlimited />
              ) : (
                <>
                  {service.devices}
                  <span className="hidden touch:inline">
                    {' '}
                    {t('services.devicesUnit', { count: service.devices })}
                  </span>
                </>
              )}
            </span>
          </Cell>
          <Cell phone="metaAside" align="right">
            <span className="tnum whitespace-nowrap">
              {service.dataLimitGb === null ? (
                <Unlimited />
              ) : (
                t('services.gigabytesOf', { count: service.dataLimitGb })
              )}
            </span>
          </Cell>
          <Cell phone={service.priceCents === null ? 'hidden' : 'below'} align="right">
            {service.priceCents === null ? (
              <span className="text-ink-3">{t('services.noPrice')}</span>
            ) : (
              <span translate="no" className="tnum whitespace-nowrap">
                {price.format(service.priceCents / 100)}
              </span>
            )}
          </Cell>
          <Cell phone="aside" align="right">
            <ServiceActions
              service={service}
              services={services}
              index={index}
              onEdit={() => onEdit(service)}
            />
          </Cell>
        </Row>
      ))}
    </Table>
  );
}

function Unlimited() {
  const { t } = useTranslation();
  return (
    <>
      <span aria-hidden>{t('services.infinity')}</span>
      <span className="sr-only">{t('services.unlimited')}</span>
    </>
  );
}

interface ServiceActionsProps {
  service: Service;
  services: readonly Service[];
  index: number;
  onEdit: () => void;
}

function ServiceActions({ service, services, index, onEdit }: ServiceActionsProps) {
  const { t } = useTranslation();
  const remove = useMutation(removeService);
  const reorder = useMutation(reorderServices);
  const { name } = service;

  function moveTo(place: number) {
    const others = services.filter(({ id }) => id !== service.id);
    reorder.mutate(
      others.toSpliced(place, 0, service).map(({ id }) => id),
      {
        onSuccess: ({ answer, changeId }) => {
          queryClient.setQueryData(serviceList.queryKey, answer);
          offerUndo(t('services.moved', { name, place: place + 1 }), changeId);
        },
      },
    );
  }

  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={t('services.actions', { name })}
        className="-mr-2 inline-grid size-8 shrink-0 place-items-center rounded-control text-ink-3 hover:bg-sunken hover:text-ink data-popup-open:bg-sunken touch:-mr-3 touch:size-11"
      >
        <Ellipsis aria-hidden size={16} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={6} className="z-30">
          <Menu.Popup className={menuShape}>
            <Menu.Item className={menuItemShape} onClick={onEdit}>
              {t('services.edit')}
            </Menu.Item>
            <Menu.Item
              className={menuItemShape}
              disabled={index === 0}
              onClick={() => moveTo(index - 1)}
            >
              {t('services.moveUp')}
            </Menu.Item>
            <Menu.Item
              className={menuItemShape}
              disabled={index === services.length - 1}
              onClick={() => moveTo(index + 1)}
            >
              {t('services.moveDown')}
            </Menu.Item>
            <Menu.Separator className={menuLineShape} />
            <Menu.Item
              className={`${menuItemShape} text-danger`}
              onClick={() =>
                remove.mutate(service, {
                  onSuccess: ({ changeId }) => offerUndo(t('services.removed', { name }), changeId),
                })
              }
            >
              {t('services.remove')}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

export { ServicesPage as Component };
