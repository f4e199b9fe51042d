// An installed portal with data is brought from the commit before there were releases to this one, while it is asked
// all the time; then to releases that fail, and by updates that are killed. The older commit has no units: those of
// this tree run it, as processes that tell systemd nothing (Type=exec).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { bootMachine } from '#scripts/test-install/machine.mjs';
import { makeRelease } from '#scripts/test-install/release.mjs';
import { alteredRelease, releaseOf, unpacked } from '#scripts/test-install/releases.mjs';

const BEFORE = '296b9b6';
const PACKAGES = ['postgresql', 'openssl', 'git'];
const PASSWORD = 'Tramlines-Kettle-Forty-1';
/** What an update says just before what it is killed in. */
const MOMENTS = ['Snapshot', 'Schema', 'Switch', 'runs anew', 'answers.'];

/** @param {{ root: string, check: import('./checks.mjs').Sheet['check'] }} rehearsal */
export async function rehearse({ root, check }) {
  const machine = await bootMachine({ packages: PACKAGES });
  const place = '/media/cmp';
  const releases = makeReleases(root, path.join(machine.root, place));
  for (const part of ['scripts', 'deploy'])
    fs.cpSync(path.join(root, part), path.join(machine.root, place, 'new', part), {
      recursive: true,
    });

  const said = (/** @type {string} */ output) =>
    console.log(output.trim().replaceAll(/^/gm, '    | '));
  const update = (/** @type {string} */ name, updater = '/srv/cmp/current/scripts/update.sh') =>
    machine.exec(`${updater} --bundle ${place}/${name}/${releases[name]}`, {
      env: { CMP_RELEASE_KEY_FILE: `${place}/release.pub` },
    });
  const back = () => machine.exec('/srv/cmp/current/scripts/update.sh --back');
  const portal = portalOf(machine);

  await check(`installs ${BEFORE}, with data`, async () => {
    const { code, output } = await machine.exec(
      `bash ${place}/new/scripts/bootstrap.sh --bundle ${place}/before/${releases.before} --unattended`,
      { env: { CMP_ADMIN_USERNAME: 'sam', CMP_RELEASE_KEY_FILE: `${place}/release.pub` } },
    );
    if (code !== 0) said(output);
    assert.equal(code, 0);
    await portal.signUp(/One-time password: (\S+)/.exec(output)?.[1] ?? '');
    const seeded = await machine.exec('/usr/local/sbin/cmp-portal seed demo --users 2000');
    assert.match(seeded.output, /Added 4 servers with 2000 users/);
    assert.match(await portal.current(), /296b9b6/);
  });

  const data = await portal.data();
  await check('brings this release while the old one serves', async () => {
    const asker = machine.beside([process.execPath, ...askerOf(root)]);
    const heard = text(asker.stdout ?? process.stdin);
    const { code, output } = await update('now', `${place}/new/scripts/update.sh`);
    asker.kill('SIGTERM');
    await once(asker, 'close');
    said(output);
    console.log(`    asked meanwhile: ${(await heard).trim()}`);

    assert.equal(code, 0);
    assert.equal(await portal.current(), nameOf(releases.now));
    assert.equal(await portal.data(), data);
    await portal.write('after the update');
  });

  await check('goes back, and forward again, and leaves off what was switched off', async () => {
    const written = await portal.data();
    await machine.exec('systemctl disable --now cmp-telegram-bot');
    const there = await back();
    assert.equal(there.code, 0, there.output);
    assert.match(await portal.current(), /296b9b6/);
    assert.equal(await portal.data(), written);
    await portal.write('by the release before, on the newer schema');
    const again = await update('now', `${place}/new/scripts/update.sh`);
    assert.equal(again.code, 0, again.output);
    assert.equal(await portal.current(), nameOf(releases.now));
    const bot = await machine.exec('systemctl is-enabled cmp-telegram-bot');
    assert.match(bot.output, /^disabled$/m);
    await machine.exec('systemctl enable --now cmp-telegram-bot');
  });

  await check('never switches to a release whose migration fails', async () => {
    const before = await portal.data();
    const { code, output } = await update('unmigrated');
    said(output);
    assert.equal(code, 1);
    assert.match(output, /ended before its switch \(.*9001_broken\.sql failed/);
    assert.equal(await portal.current(), nameOf(releases.now));
    assert.equal(await portal.data(), before);
    await portal.write('after a migration that failed');
  });

  await check(
    'switches back from a release that dies at its start, after its migration',
    async () => {
      const before = await portal.data();
      const { code, output } = await update('dying');
      said(output);
      assert.equal(code, 1);
      assert.match(output, /did not serve .*is back and serves/);
      assert.equal(await portal.current(), nameOf(releases.now));
      assert.match(
        (
          await machine.exec(
            'cd / && runuser -u postgres -- psql -Atc "select count(*) from information_schema.columns where column_name = \'of_tomorrow\'" cmp',
          )
        ).output,
        /^1$/m,
      );
      assert.equal(await portal.data(), before);
      await portal.write('on the schema of the release that died');
    },
  );

  await check('switches back from a release that dies a moment after it answered', async () => {
    const { code, output } = await update('fading');
    said(output);
    assert.equal(code, 1);
    assert.match(output, /is back and serves/);
    assert.equal(await portal.current(), nameOf(releases.now));
    await portal.write('after a release that faded');
  });

  for (const moment of MOMENTS)
    await check(`killed when it says “${moment}”, it is finished by the next run`, async () => {
      const before = await portal.data();
      await killedUpdate(machine, `${place}/next/${releases.next}`, place, moment);
      const at = await portal.current();
      assert.ok([nameOf(releases.now), nameOf(releases.next)].includes(at), at);
      await portal.answers();
      const { code, output } = await update('next');
      console.log(`    left ${at}`);
      assert.equal(code, 0, output);
      assert.equal(await portal.current(), nameOf(releases.next));
      assert.equal(await portal.data(), before);
      assert.ok(!machine.has('/srv/cmp/updating-from'));
      const returned = await back();
      assert.equal(returned.code, 0, returned.output);
    });

  await check(
    'killed in a switch to what does not serve, the next run takes it back first',
    async () => {
      await killedUpdate(machine, `${place}/dying/${releases.dying}`, place, 'Services of');
      assert.equal(await portal.current(), nameOf(releases.dying));
      const { code, output } = await machine.exec(`${place}/new/scripts/update.sh --back`);
      said(output);
      assert.equal(code, 1);
      assert.match(output, /is back and serves/);
      assert.equal(await portal.current(), nameOf(releases.now));
      await portal.write('after an update that was killed and failed');
    },
  );

  await check('two at once take turns', async () => {
    const both = await Promise.all([update('next'), update('next')]);
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
      both.map(({ output }) => output).join('\n'),
    );
    assert.equal(both.filter(({ output }) => /is installed, and serves/.test(output)).length, 1);
  });

  await check('keeps three releases, and a record of what was said', async () => {
    const { output } = await machine.exec(
      'ls /srv/cmp/releases; readlink /srv/cmp/current /srv/cmp/previous',
    );
    said(output);
    assert.equal((await machine.exec('ls -A /srv/cmp/releases | wc -l')).output.trim(), '3');
    assert.match(machine.read('/srv/cmp/update.log'), /is back and serves/);
  });

  await check('refuses an older version', async () => {
    const { code, output } = await update('older');
    assert.equal(code, 1);
    assert.match(output, /0\.9\.0 is older than .* update\.sh --back goes to the release before/);
  });
}

/**
 * @param {string} root
 * @param {string} media
 * @returns {Record<string, string>}
 */
function makeReleases(root, media) {
  const now = makeRelease(root);
  const folder = (/** @type {string} */ name) => path.join(media, name);
  fs.cpSync(now.folder, folder('now'), { recursive: true });
  fs.copyFileSync(path.join(now.folder, 'release.pub'), path.join(media, 'release.pub'));
  const base = unpacked(path.join(now.folder, now.file));
  const altered = (
    /** @type {string} */ name,
    /** @type {string} */ place,
    /** @type {Record<string, (text: string) => string>} */ alterations,
  ) => alteredRelease(base, name, folder(place), alterations);
  const good = {
    'migrations/9001_good.sql': () => 'alter table servers add column of_tomorrow text;\n',
  };
  const main = 'apps/api/src/main.ts';
  const releases = {
    before: releaseOf(root, BEFORE, folder('before')),
    now: now.file,
    unmigrated: altered('1.0.1', 'unmigrated', {
      'migrations/9001_broken.sql': () =>
        'alter table servers add column half text;\nselect 1 / 0;\n',
    }),
    dying: altered('1.0.2', 'dying', {
      ...good,
      [main]: () => "console.error('This release is broken.');\nprocess.exit(1);\n",
    }),
    fading: altered('1.0.3', 'fading', {
      ...good,
      [main]: (text) => `${text}\nsetTimeout(() => process.exit(1), 6_000);\n`,
    }),
    next: altered('1.1.0', 'next', good),
    older: altered('0.9.0', 'older', {}),
  };
  fs.rmSync(path.dirname(base), { recursive: true });
  for (const name of Object.keys(releases)) now.sign(folder(name));
  return releases;
}

/** @param {string} file */
function nameOf(file = '') {
  return file.replace(/^cmp-(.*)-linux-.*$/, '$1');
}

/** @param {string} root */
function askerOf(root) {
  return [path.join(root, 'scripts/test-install/asker.guest.mjs'), 'http://127.0.0.1:3001'];
}

/**
 * Ends an update by SIGKILL as soon as it says something; what it had begun goes on or not, as it would.
 * @param {import('./machine.mjs').Machine} machine
 * @param {string} bundle
 * @param {string} place
 * @param {string} moment
 */
async function killedUpdate(machine, bundle, place, moment) {
  const { output } = await machine.exec(
    `export CMP_RELEASE_KEY_FILE=${place}/release.pub
    /srv/cmp/current/scripts/update.sh --bundle ${bundle} >/tmp/said 2>&1 &
    for try in $(seq 1200); do
      if grep -qF '${moment}' /tmp/said; then kill -9 $!; wait $! 2>/dev/null; echo killed; exit; fi
      sleep 0.05
    done
    cat /tmp/said`,
  );
  assert.match(output, /^killed$/m, output);
}

/** @param {import('./machine.mjs').Machine} machine */
function portalOf(machine) {
  const origin = 'http://127.0.0.1:3001';
  const send = async (/** @type {string} */ where, /** @type {object} */ body) => {
    const { output } = await machine.exec(
      `curl -sS -b /root/jar -c /root/jar -H 'origin: ${origin}' -H 'content-type: application/json' -w '\\n%{http_code}' -d @- ${origin}/api${where}`,
      { input: JSON.stringify(body) },
    );
    assert.match(output, /\n20[01]$/, `${where}: ${output}`);
  };
  const portal = {
    signUp: async (/** @type {string} */ oneTime) => {
      await send('/auth/login', { username: 'sam', password: oneTime });
      await send('/auth/password', { currentPassword: oneTime, newPassword: PASSWORD });
    },
    /** Signs in and adds a server: through the release that serves, into the schema as it is. */
    write: async (/** @type {string} */ name) => {
      await send('/auth/login', { username: 'sam', password: PASSWORD });
      await send('/servers', { name });
    },
    current: async () =>
      path.basename((await machine.exec('readlink /srv/cmp/current')).output.trim()),
    answers: async () => {
      for (let attempt = 0; attempt < 60; attempt += 1) {
        const { code } = await machine.exec(`curl -fsS --max-time 2 ${origin}/internal/ready`);
        if (code === 0) return;
        await sleep(500);
      }
      assert.fail('The portal does not answer.');
    },
    /** Every customer, server and account as it is, and how many changes are in the log but those of snapshots. */
    data: async () => {
      const query = `
        select (select count(*) || ' ' || md5(string_agg(users::text, '' order by id)) from users),
          (select count(*) || ' ' || md5(string_agg((to_jsonb(servers) - 'of_tomorrow')::text, '' order by id)) from servers),
          (select count(*) from accounts),
          (select count(*) from changes where action not like 'snapshots:%')`;
      const { output } = await machine.exec('cd / && runuser -u postgres -- psql -At cmp', {
        input: query,
      });
      assert.match(output, /^\d+ [0-9a-f]{32}\|\d+ [0-9a-f]{32}\|\d+\|\d+$/m, output);
      return output.trim();
    },
  };
  return portal;
}
