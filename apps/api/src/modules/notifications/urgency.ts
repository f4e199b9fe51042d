import { type NotificationEvent, urgent } from '@cmp/shared/notifications';

/** Whether an event is told in quiet hours, too. */
export function isUrgent(event: NotificationEvent): boolean {
  return urgent.includes(event);
}
