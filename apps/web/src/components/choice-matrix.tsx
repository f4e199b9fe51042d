import {
  type NotificationChoices,
  type NotificationEvent,
  PersonalChannel,
} from '@cmp/shared/notifications';
import { useTranslation } from 'react-i18next';
import { channelsInWords } from '#lib/notification-words.ts';
import { tickShape } from './check-field.tsx';

interface ChoiceMatrixProps {
  label: string;
  events: readonly NotificationEvent[];
  /** What was chosen; the rest is as `defaults` say. */
  choices: NotificationChoices;
  defaults: NotificationChoices;
  onChange: (choices: NotificationChoices) => void;
}

/** Which event is told by which way: a tick for each, and where it is not the default, the way back to that. */
export function ChoiceMatrix(props: ChoiceMatrixProps) {
  const { t } = useTranslation();
  const shown = groups.map(({ name, events }) => ({
    name,
    events: events.filter((event) => props.events.includes(event)),
  }));
  return (
    <table aria-label={props.label} className="w-full border-collapse text-body">
      <thead>
        <tr className="border-line border-b">
          <th scope="col" className="h-9 text-left text-label text-ink-2">
            {t('notifications.matrixEvent')}
          </th>
          {PersonalChannel.options.map((channel) => (
            <th
              key={channel}
              scope="col"
              className="w-[4.5rem] text-center text-label text-ink-2 touch:w-16"
            >
              {t(`notifications.channel.${channel}`)}
            </th>
          ))}
        </tr>
      </thead>
      {shown.map(({ name, events }) =>
        events.length === 0 ? null : (
          <tbody key={name}>
            <tr>
              <th
                scope="rowgroup"
                colSpan={PersonalChannel.options.length + 1}
                className="pt-4 pb-1 text-left text-label text-ink-3"
              >
                {t(`notifications.group.${name}`)}
              </th>
            </tr>
            {events.map((event) => (
              <EventRow key={event} event={event} {...props} />
            ))}
          </tbody>
        ),
      )}
    </table>
  );
}

function EventRow({
  event,
  choices,
  defaults,
  onChange,
}: ChoiceMatrixProps & { event: NotificationEvent }) {
  const { t } = useTranslation();
  const name = t(`notifications.event.${event}`);
  const { [event]: chosen = {}, ...rest } = choices;
  const usual = defaults[event] ?? {};
  const holding = { ...usual, ...chosen };
  const isUsual = PersonalChannel.options.every(
    (way) => Boolean(holding[way]) === Boolean(usual[way]),
  );
  const ways = channelsInWords(usual);

  /** What is as the default has it is not chosen, so that it goes on following it. */
  function turn(channel: PersonalChannel, isOn: boolean) {
    const next = Object.fromEntries(
      PersonalChannel.options
        .map((way) => [way, way === channel ? isOn : Boolean(holding[way])] as const)
        .filter(([way, on]) => on !== Boolean(usual[way])),
    );
    onChange(Object.keys(next).length > 0 ? { ...rest, [event]: next } : rest);
  }

  return (
    <tr className="border-line border-b">
      <th scope="row" className="min-h-row py-2 pr-3 text-left font-normal">
        <span className="block text-pretty">{name}</span>
        {isUsual ? null : (
          <button
            type="button"
            aria-label={t('notifications.matrixBackOf', { event: name, ways })}
            onClick={() => onChange(rest)}
            className="min-h-6 rounded-tag text-left text-accent-ink text-label font-normal hover:underline touch:min-h-11"
          >
            {t('notifications.matrixBack', { ways })}
          </button>
        )}
      </th>
      {PersonalChannel.options.map((channel) => (
        <td key={channel} className="p-0 text-center">
          <label className="inline-grid size-8 cursor-pointer place-items-center touch:size-11">
            <input
              type="checkbox"
              aria-label={t('notifications.cell', {
                event: name,
                channel: t(`notifications.channel.${channel}`),
              })}
              checked={Boolean(holding[channel])}
              onChange={({ target }) => turn(channel, target.checked)}
              className={tickShape}
            />
          </label>
        </td>
      ))}
    </tr>
  );
}

const groups = [
  { name: 'access', events: ['sign_in', 'new_device', 'chat_linked'] },
  {
    name: 'users',
    events: [
      'users_soon',
      'users_expired',
      'users_extended',
      'users_imported',
      'users_bulk',
      'change_undone',
    ],
  },
  {
    name: 'snapshots',
    events: ['snapshot_made', 'snapshot_failed', 'snapshot_unverified', 'snapshot_restored'],
  },
  {
    name: 'portal',
    events: ['certificate_ending', 'job_dead', 'settings_changed', 'target_moved', 'webhook_off'],
  },
] as const satisfies readonly { name: string; events: readonly NotificationEvent[] }[];
