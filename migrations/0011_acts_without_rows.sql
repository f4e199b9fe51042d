-- Acts that alter no row, and so leave no entry: the audit shows them beside the entries.
create index changes_without_rows on changes (id) where action in ('keys:export', 'settings:reveal',
  'matviews:update', 'host:certificate-renew', 'host:restart-api', 'host:restart-worker', 'host:restart-bot');
