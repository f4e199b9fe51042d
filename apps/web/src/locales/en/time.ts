export const time = {
  justNow: 'just now',
  minutesAgo: '{{count}} min ago',
  hoursAgo: '{{count}} h ago',
  daysAgo: '{{count}} d ago',
  seconds: '{{count}} s',
  minutes: '{{count}} min',
  hours: '{{count}} h',
  days: '{{count}} d',
  daysAndHours: '{{days}} d {{hours}} h',
  never: 'never',
  inZone: '{{moment}}, {{zone}}',
  where: '{{moment}} where you are',
};
