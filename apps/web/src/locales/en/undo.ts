export const undo = {
  label: 'Undo the last change',
  action: 'Undo',
  done: 'Undone.',
  none: 'Nothing was undone: it was changed again since.',
  some_one: 'Undone, except {{count}} row that was changed again since.',
  some_other: 'Undone, except {{count}} rows that were changed again since.',
  failed: 'Not undone. {{reason}}',
};
