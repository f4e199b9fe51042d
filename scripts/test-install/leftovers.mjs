/** What of the portal is on the machine. */
export async function leftovers(/** @type {import('./machine.mjs').Machine} */ machine) {
  const { output } = await machine.exec(
    `ls -d /srv/cmp /srv/cmp/current /srv/cmp/releases /etc/cmp /var/lib/cmp /var/log/cmp /run/cmp /usr/local/lib/cmp \
      /usr/local/sbin/cmp-portal /etc/systemd/system/cmp-* /etc/systemd/system/*.wants/cmp-* 2>/dev/null
    getent passwd cmp; getent group cmp; readlink /proc/[0-9]*/exe | grep /srv/cmp
    systemctl list-units --all --no-legend --plain 'cmp-*' | grep -v ' not-found '
    command -v psql >/dev/null && cd / && runuser -u postgres -- psql -XAt -c "
      select rolname from pg_roles where rolname like 'cmp%' union all select datname from pg_database where datname = 'cmp'"
    true`,
  );
  return output.split('\n').filter((line) => line !== '');
}
