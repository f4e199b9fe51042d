export const strip = {
  label: 'Terms that end in the next 45 days',
  day_one: '{{date}}: {{count}} user',
  day_other: '{{date}}: {{count}} users',
};
