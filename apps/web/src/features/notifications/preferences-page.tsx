import { Panel } from '#components/panel.tsx';
import { SkeletonForm, SkeletonRows } from '#components/skeleton.tsx';
import { queryClient } from '#lib/query-client.ts';
import { siteQuery } from '#lib/site.ts';
import { linkedChats } from './chats.queries.ts';
import { LinkedChatList } from './linked-chat-list.tsx';
import { ownPreferences } from './preferences.queries.ts';
import { PreferencesForm } from './preferences-form.tsx';

export async function loader(): Promise<null> {
  void queryClient.prefetchQuery(ownPreferences);
  void queryClient.prefetchQuery(linkedChats);
  await queryClient.ensureQueryData(siteQuery);
  return null;
}

/** One's own notifications: of what, by which way, when not, and which chats act for one. */
export function PreferencesPage() {
  return (
    <div className="grid max-w-[640px] gap-10">
      <Panel skeleton={<SkeletonRows rows={2} columns={['w-32', 'w-20']} />}>
        <LinkedChatList />
      </Panel>
      <Panel skeleton={<SkeletonForm fields={8} />}>
        <PreferencesForm />
      </Panel>
    </div>
  );
}

export { PreferencesPage as Component };
