import { Menu } from '@base-ui/react/menu';
import type { Snapshot } from '@cmp/shared/snapshots';
import { useMutation } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { toast } from 'sonner';
import { ConfirmDialog } from '#components/confirm-dialog.tsx';
import { menuItemShape, menuLineShape, menuShape } from '#components/menu-shape.ts';
import { useMay } from '#lib/session.ts';
import { momentInWords } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { checkSnapshot, removeSnapshot, saveSnapshot } from './snapshots.queries.ts';

/** What can be done with a snapshot. */
export function SnapshotActions({ snapshot }: { snapshot: Snapshot }) {
  const { t } = useTranslation();
  const zone = useSiteZone();
  const navigate = useNavigate();
  const may = useMay();
  const [isAsking, ask] = useState(false);
  const save = useMutation(saveSnapshot);
  const check = useMutation(checkSnapshot);
  const remove = useMutation(removeSnapshot);
  const { id, createdAt } = snapshot;

  return (
    <>
      <Menu.Root>
        <Menu.Trigger
          aria-label={t('snapshots.actions', { when: momentInWords(createdAt, zone) })}
          className="-mr-2 ml-auto grid size-8 shrink-0 place-items-center rounded-control text-ink-3 hover:bg-sunken hover:text-ink data-popup-open:bg-sunken touch:-mr-3 touch:size-11"
        >
          <Ellipsis aria-hidden size={16} />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner align="end" sideOffset={6} className="z-30">
            <Menu.Popup className={menuShape}>
              {may('snapshots:restore') ? (
                <Menu.Item
                  className={menuItemShape}
                  onClick={() => void navigate(`/snapshots/restore?snapshot=${id}`)}
                >
                  {t('snapshots.restore')}
                </Menu.Item>
              ) : null}
              <Menu.Item className={menuItemShape} onClick={() => save.mutate(snapshot)}>
                {t('snapshots.download')}
              </Menu.Item>
              <Menu.Item
                className={menuItemShape}
                onClick={() =>
                  check.mutate(id, { onSuccess: () => toast(t('snapshots.checking')) })
                }
              >
                {t('snapshots.check')}
              </Menu.Item>
              <Menu.Separator className={menuLineShape} />
              <Menu.Item className={`${menuItemShape} text-danger`} onClick={() => ask(true)}>
                {t('snapshots.remove')}
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <ConfirmDialog
        open={isAsking}
        title={t('snapshots.removeTitle')}
        text={t('snapshots.removeText')}
        action={t('snapshots.remove')}
        pending={remove.isPending}
        onClose={() => ask(false)}
        onConfirm={() =>
          remove.mutate(id, {
            onSuccess: () => toast(t('snapshots.removed')),
            onSettled: () => ask(false),
          })
        }
      />
    </>
  );
}
