/** How every menu looks. */
export const menuShape =
  'max-h-(--available-height) min-w-52 overflow-y-auto rounded-bar border border-line bg-raised p-1.5 text-body shadow-float outline-none transition-opacity duration-[180ms] data-ending-style:opacity-0 data-starting-style:opacity-0';
export const menuItemShape =
  'flex min-h-8 cursor-pointer items-center justify-between gap-3 rounded-tag px-2.5 outline-none data-disabled:cursor-not-allowed data-disabled:opacity-50 data-highlighted:bg-sunken touch:min-h-11';
export const menuLabelShape = 'px-2.5 py-1 text-ink-3 text-label';
export const menuLineShape = '-mx-1.5 my-1.5 h-px bg-line';
