import { type NewService, Service, type ServiceChange, ServiceList } from '@cmp/shared/services';
import { mutationOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { serviceList } from '#lib/service-list.ts';

const staleAfterServices = [serviceList.queryKey, ['users'], ['overview']] as const;

export const createService = mutationOptions({
  mutationFn: (service: NewService) => api.change('POST', '/services', service, Service),
  meta: { told: 'by the form', invalidates: staleAfterServices },
});

export const changeService = mutationOptions({
  mutationFn: ({ id, change }: { id: number; change: ServiceChange }) =>
    api.change('PATCH', `/services/${id}`, change, Service),
  meta: { told: 'by the form', invalidates: staleAfterServices },
});

export const reorderServices = mutationOptions({
  mutationFn: (serviceIds: number[]) =>
    api.change('PUT', '/services/order', { serviceIds }, ServiceList),
  meta: { invalidates: [serviceList.queryKey] },
});

export const removeService = mutationOptions({
  mutationFn: ({ id, version }: Service) => api.remove(`/services/${id}?version=${version}`),
  meta: { invalidates: staleAfterServices },
});
