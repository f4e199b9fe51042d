import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { useSettledText } from './use-settled-text.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('what is typed counts once it rested, and each stroke begins the rest anew', () => {
  const { result, rerender } = renderHook(({ typed }) => useSettledText(typed, 150), {
    initialProps: { typed: '' },
  });

  rerender({ typed: 'm' });
  act(() => vi.advanceTimersByTime(149));
  rerender({ typed: 'ma' });
  act(() => vi.advanceTimersByTime(149));
  expect(result.current).toBe('');

  act(() => vi.advanceTimersByTime(1));
  expect(result.current).toBe('ma');
});
