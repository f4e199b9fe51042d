import type { BotAct, BotAnswer, BotUser } from '@cmp/shared/bot';
import { audiences, NotificationEvent } from '@cmp/shared/notifications';
import { extend, passesLastDate } from '@cmp/shared/renewal';
import type { StatusBounds } from '@cmp/shared/status';
import { UserFilter } from '@cmp/shared/users';
import type { Db } from '#database/client.ts';
import { AppError, notFound } from '#lib/errors.ts';
import { planUndo } from '#modules/changes/undo.service.ts';
import { changePreferences, readPreferences } from '#modules/notifications/preferences.service.ts';
import { readOverview } from '#modules/overview/overview.service.ts';
import { type Committer, readPlanEntries } from '#modules/plans/plans.service.ts';
import type { SettingsPlace } from '#modules/settings/settings.service.ts';
import { extendUser, getUser, readNumberedPage } from '#modules/users/users.service.ts';
import { type Actor, requireOnServer } from '#plugins/access.ts';
import { asBotUser } from './bot-user.ts';
import type { PersonsChat } from './chats.repository.ts';
import { changeSignInAlerts, unlinkChat } from './chats.service.ts';
import { makeReport } from './report.service.ts';

export interface ActPlace extends SettingsPlace {
  tokenKey: Buffer;
  boundsNow: () => Promise<StatusBounds>;
  /** Makes the plans of undos real. */
  commitUndo: Committer;
}

/** Who acts, from where, with the rights of this moment. */
interface Acting extends ActPlace {
  db: Db;
  actor: Actor;
  displayName: string;
  chat: PersonsChat;
}

/** By their kinds; a chat that is to be linked acts for nobody yet. */
type Acts = { [Act in Exclude<BotAct, { kind: 'link' }> as Act['kind']]: Act };
export type ActKind = keyof Acts;

/** Does what somebody in a chat asks for, as the panel would for their account. */
export function run<Kind extends ActKind>(
  kind: Kind,
  act: Acts[Kind],
  who: Acting,
): Promise<BotAnswer> {
  return acts[kind](act, who);
}

const usersAtOnce = 10;
const serversAtOnce = 8;

const acts: { [Kind in ActKind]: (act: Acts[Kind], who: Acting) => Promise<BotAnswer> } = {
  home: async (_, who) => {
    const { username, role } = who.actor;
    const { counts, servers } = await overviewOf(who);
    const account = { username, displayName: who.displayName, role };
    return { kind: 'home', account, counts, servers: servers.length };
  },
  unlink: async (_, { db, actor, chat }) => {
    await unlinkChat(db, actor, chat.id);
    return { kind: 'unlink' };
  },
  status: async (_, who) => {
    const { counts, services, servers } = await overviewOf(who);
    return { kind: 'status', counts, services, servers: servers.length };
  },
  soon: async ({ page }, who) => {
    const place = { sort: 'expires', page } as const;
    return { kind: 'soon', ...(await usersOf(who, { status: ['soon'] }, place)) };
  },
  expired: async ({ page }, who) => {
    const place = { sort: '-expires', page } as const;
    return { kind: 'expired', ...(await usersOf(who, { status: ['expired'] }, place)) };
  },
  find: async ({ text, page }, who) => {
    const filter = UserFilter.safeParse({ q: text });
    if (!filter.success)
      throw new AppError('invalid_request', 'Nothing can be found by this text.');
    return { kind: 'find', text, ...(await usersOf(who, filter.data, { sort: 'name', page })) };
  },
  servers: async ({ page }, who) => {
    const { servers } = await overviewOf(who);
    const items = servers.slice((page - 1) * serversAtOnce, page * serversAtOnce);
    return { kind: 'servers', items, ...pagesOf(servers.length, page, serversAtOnce) };
  },
  server: async ({ serverId, page }, who) => {
    const { servers } = await overviewOf(who, serverId);
    const server = servers.find(({ id }) => id === serverId);
    if (!server) throw notFound();
    const users = await usersOf(who, { serverId }, { sort: 'name', page });
    return { kind: 'server', server, ...users };
  },
  user: async ({ userId }, who) => ({ kind: 'user', user: await userOf(who, userId) }),
  preview: async ({ userId, months }, who) => {
    const bounds = await who.boundsNow();
    const user = await getUser(who.db, who.actor.scope, userId, bounds);
    requireOnServer(who.actor, 'users:extend', user.serverId);
    const until = extend(user.expiresOn, months, bounds.today);
    if (until === null) throw new AppError('rule_broken', 'This user never expires.');
    if (passesLastDate(user.expiresOn, months, bounds.today))
      throw new AppError('past_last_date', 'No term ends that late.');
    return { kind: 'preview', user: asBotUser(who.actor, user), months, until };
  },
  extend: async ({ userId, months, version }, who) => {
    const { db, actor } = who;
    const bounds = await who.boundsNow();
    const user = await extendUser(db, actor, userId, { months, version }, bounds);
    if (actor.changeId === undefined) throw new Error('The extension is no change.');
    return { kind: 'extend', user: asBotUser(actor, user), changeId: actor.changeId };
  },
  undo: async ({ changeId }, who) => {
    const { db, actor } = who;
    const planned = await planUndo(db, actor, changeId);
    const { plan } = await who.commitUndo(db, actor, planned, {}, confirmNothing);
    const { added, changed, removed } = plan.counts;
    const { items } = await readPlanEntries(db, actor, plan.id, { limit: 2 });
    const [only, ...others] = items;
    const isOne = only?.table === 'users' && others.length === 0;
    return {
      kind: 'undo',
      reversed: added + changed + removed,
      user: isOne ? await findUserOf(who, only.rowId) : null,
    };
  },
  report: async (_, who) => ({
    kind: 'report',
    report: await makeReport(who.db, who, who.actor, await who.boundsNow()),
  }),
  notify: (_, who) => readNotify(who),
  choose: async ({ event, isOn }, who) => {
    const { db, actor } = who;
    const { version, choices, quietFrom, quietUntil } = await readPreferences(db, actor);
    const chosen = { ...choices, [event]: { ...choices[event], telegram: isOn } };
    await changePreferences(db, actor, { version, choices: chosen, quietFrom, quietUntil });
    return readNotify(who);
  },
  'sign-in-alerts': async ({ isOn }, who) => {
    await changeSignInAlerts(who.db, who.actor, who.chat.id, isOn);
    return readNotify({ ...who, chat: { ...who.chat, signInAlerts: isOn } });
  },
};

/** A chat is no place for a password. */
async function confirmNothing(): Promise<void> {
  throw new AppError('password_wrong', 'This asks for your password: do it in the panel.');
}

async function overviewOf({ db, actor, boundsNow }: Acting, serverId?: number) {
  // A message cannot say that it is as of a minute ago, so it is counted now.
  return readOverview(db, actor.scope, { serverId }, await boundsNow(), 'off');
}

type Wanted = Parameters<typeof readNumberedPage>[2];
type Sort = Parameters<typeof readNumberedPage>[3]['sort'];

async function usersOf(
  { db, actor, boundsNow }: Acting,
  wanted: Wanted,
  { sort, page }: { sort: Sort; page: number },
) {
  const place = { sort, page, size: usersAtOnce };
  const found = await readNumberedPage(db, actor.scope, wanted, place, await boundsNow());
  const items = found.items.map((user) => asBotUser(actor, user));
  return { items, ...pagesOf(found.total, page, usersAtOnce) };
}

function pagesOf(total: number, page: number, size: number) {
  return { total, page, pages: Math.max(Math.ceil(total / size), 1) };
}

async function userOf({ db, actor, boundsNow }: Acting, userId: number): Promise<BotUser> {
  return asBotUser(actor, await getUser(db, actor.scope, userId, await boundsNow()));
}

/** An undo can have taken the user away. */
async function findUserOf(who: Acting, userId: number | null): Promise<BotUser | null> {
  if (userId === null) return null;
  try {
    return await userOf(who, userId);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null;
    throw error;
  }
}

/** What the account would hear of in a chat, of all that is ever told to one like it. */
async function readNotify({ db, actor, chat }: Acting): Promise<BotAnswer> {
  const { choices, defaults } = await readPreferences(db, actor);
  const heard = NotificationEvent.options.filter((event) => {
    const audience = audiences[event];
    return audience !== 'site' && (audience !== 'admins' || actor.role === 'admin');
  });
  const events = heard.map((event) => ({
    event,
    isOn: choices[event]?.telegram ?? defaults[event]?.telegram ?? false,
  }));
  return { kind: 'notify', events, signInAlerts: chat.signInAlerts };
}
