import { bad, type Finding, ok, warn } from './finding.ts';
import { ask } from './machine-checks.ts';

const units = [
  'cmp-api.service',
  'cmp-worker.service',
  'cmp-telegram-bot.service',
  'cmp-cert-expiry.timer',
  'cmp-matview-refresh.timer',
  'cmp-snapshot.timer',
  'cmp-helper.socket',
];

interface Unit {
  Id?: string;
  LoadState?: string;
  ActiveState?: string;
  UnitFileState?: string;
  NeedDaemonReload?: string;
}

/** What is to be said of the portal's units; nothing where it is not installed as services. */
export async function checkServices(): Promise<Finding[]> {
  const fields = 'Id,LoadState,ActiveState,UnitFileState,NeedDaemonReload';
  const said = await ask('systemctl', ['show', `--property=${fields}`, ...units]);
  if (said === undefined) return [];
  return said
    .split(/\n\n+/)
    .map(unitOf)
    .filter(({ LoadState }) => LoadState === 'loaded')
    .map(judge);
}

function unitOf(block: string): Unit {
  return Object.fromEntries(block.split('\n').map((line) => line.split(/=(.*)/, 2)));
}

function judge({ Id = '', ActiveState, UnitFileState, NeedDaemonReload }: Unit): Finding {
  if (ActiveState === 'failed' || (UnitFileState === 'enabled' && ActiveState !== 'active'))
    return bad(
      'service',
      `${Id} is ${ActiveState}`,
      `See: journalctl -u ${Id} -n 50. Then: systemctl restart ${Id}`,
    );
  if (NeedDaemonReload === 'yes')
    return warn(
      'service',
      `the file of ${Id} was altered`,
      `Run: systemctl daemon-reload && systemctl restart ${Id}`,
    );
  return ok('service', `${Id} is ${UnitFileState === 'enabled' ? ActiveState : 'not wanted'}`);
}
