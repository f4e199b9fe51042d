import { fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { expect, test } from 'vitest';
import '#lib/i18n.ts';
import { DateInput } from './date-input.tsx';

function Day() {
  const [day, setDay] = useState('');
  return (
    <>
      <DateInput
        label="Day"
        aria-label="Day"
        value={day}
        onChange={({ target }) => setDay(target.value)}
      />
      <output>{day}</output>
    </>
  );
}

test.each([
  ['2026/12/2', '2026-12-02'],
  ['20261202', '2026-12-02'],
  [' 2026-12-02 ', '2026-12-02'],
  ['2 Dec', '2 Dec'],
])('%j is kept as %j once it is left', (typed, kept) => {
  render(<Day />);
  const field = screen.getByLabelText('Day', { selector: 'input' });

  fireEvent.change(field, { target: { value: typed } });
  fireEvent.blur(field);

  expect(screen.getByRole('status').textContent).toBe(kept);
});

test('a day that is picked is told as if it had been typed', () => {
  const { container } = render(<Day />);

  const picker = container.querySelector('input[type=date]');
  if (picker) fireEvent.change(picker, { target: { value: '2027-03-29' } });

  expect(screen.getByRole('status').textContent).toBe('2027-03-29');
});
