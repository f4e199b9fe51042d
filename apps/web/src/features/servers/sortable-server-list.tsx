import type { ServerListing } from '@cmp/shared/servers';
import {
  type Announcements,
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import {
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { GripVertical } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { connection } from '#lib/connection.ts';
import { useStore } from '#lib/store.ts';
import { ServerRow } from './server-row.tsx';
import { useServerOrder } from './use-server-order.ts';

/** The servers in rows that can be moved: dragged, by the arrows, or one place at a time. */
export function SortableServerList({ servers }: { servers: readonly ServerListing[] }) {
  const { t } = useTranslation();
  const { arranged, move } = useServerOrder(servers);
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 4 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 180, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const ids = arranged.map(({ id }) => id);

  function onDragEnd({ active, over }: DragEndEvent) {
    if (over && active.id !== over.id) move(Number(active.id), ids.indexOf(Number(over.id)));
  }

  const told = (id: unknown, overId?: unknown) => ({
    name: arranged.find((server) => server.id === id)?.name ?? '',
    place: ids.indexOf(Number(overId ?? id)) + 1,
    total: ids.length,
  });
  const announcements: Announcements = {
    onDragStart: ({ active }) => t('servers.dragPicked', told(active.id)),
    onDragOver: ({ active, over }) => t('servers.dragOver', told(active.id, over?.id)),
    onDragEnd: ({ active, over }) => t('servers.dragDropped', told(active.id, over?.id)),
    onDragCancel: ({ active }) => t('servers.dragCancelled', told(active.id)),
  };

  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={onDragEnd}
      accessibility={{
        announcements,
        screenReaderInstructions: { draggable: t('servers.dragInstructions') },
      }}
    >
      <SortableContext items={ids} strategy={verticalListSortingStrategy}>
        <ol aria-label={t('servers.title')} className="border-line border-t">
          {arranged.map((server, index) => (
            <SortableServer
              key={server.id}
              server={server}
              onMove={(by) => move(server.id, index + by)}
              isFirst={index === 0}
              isLast={index === arranged.length - 1}
            />
          ))}
        </ol>
      </SortableContext>
    </DndContext>
  );
}

interface SortableServerProps {
  server: ServerListing;
  isFirst: boolean;
  isLast: boolean;
  onMove: (by: -1 | 1) => void;
}

function SortableServer({ server, isFirst, isLast, onMove }: SortableServerProps) {
  const { t } = useTranslation();
  const { online } = useStore(connection);
  const sortable = useSortable({
    id: server.id,
    transition: { duration: 180, easing: tide },
    disabled: !online,
  });
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, isDragging } = sortable;

  function onKeyDown(event: KeyboardEvent) {
    const by = ({ ArrowUp: -1, ArrowDown: 1 } as const)[event.key];
    if (!event.altKey || by === undefined || !online) return;
    event.preventDefault();
    onMove(by);
    // A row that is moved in the document loses the focus it had.
    const focused = document.activeElement;
    requestAnimationFrame(() => focused instanceof HTMLElement && focused.focus());
  }

  return (
    <li
      ref={setNodeRef}
      onKeyDown={onKeyDown}
      style={{
        transform: CSS.Translate.toString(sortable.transform),
        transition: sortable.transition,
      }}
      className={`relative border-line border-b ${isDragging ? 'z-10 rounded-control bg-raised shadow-[0_0_0_2px_var(--accent),var(--shadow-float)]' : ''}`}
    >
      <ServerRow
        server={server}
        handle={
          <button
            type="button"
            ref={setActivatorNodeRef}
            {...attributes}
            {...listeners}
            aria-label={t('servers.drag', { name: server.name })}
            disabled={!online}
            title={online ? undefined : t('states.offlineWrite')}
            className="grid size-6 shrink-0 cursor-grab touch-none place-items-center rounded-tag text-ink-3 hover:bg-sunken hover:text-ink active:cursor-grabbing disabled:cursor-not-allowed disabled:opacity-50 touch:size-11"
          >
            <GripVertical aria-hidden size={15} />
          </button>
        }
        onMove={{
          up: isFirst || !online ? undefined : () => onMove(-1),
          down: isLast || !online ? undefined : () => onMove(1),
        }}
      />
    </li>
  );
}

const tide = 'cubic-bezier(0.2, 0.8, 0.2, 1)';
