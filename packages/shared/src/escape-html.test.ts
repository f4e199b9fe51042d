import { expect, test } from 'vitest';
import { escapeHtml } from './escape-html.ts';

test('text is shown as it is, whatever stands in it', () => {
  expect(escapeHtml('<b>"Tom" & \'Jerry\'</b>')).toBe(
    "&lt;b&gt;&quot;Tom&quot; &amp; 'Jerry'&lt;/b&gt;",
  );
});
