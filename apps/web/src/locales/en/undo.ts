export const undo = {
  label: 'Undo the last change',
  action: 'Undo',
  done: 'Undone.',
  none: 'Nothing was undone: it was changed again since.',
  some_one: 'Undone, except {{count}} row that was changed again since.',
  some_other: 'Undone, except {{count}} rows that were changed again since.',
  deletedBy: '<thing/> was deleted by <who/>, <when/>.',
  bringBack: 'Undo the deletion',
  inLog: 'See it in the audit log',
  failed: 'Not undone. {{reason}}',
};
