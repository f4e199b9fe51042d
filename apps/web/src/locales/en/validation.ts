export const validation = {
  required: 'Fill this in.',
  choose: 'Choose one.',
  atLeast: 'Use at least {{count}} characters.',
  atMost: 'Use at most {{count}} characters.',
  numberAtLeast: 'Use {{count}} or more.',
  numberAtMost: 'Use {{count}} or less.',
  number: 'Write a whole number.',
  email: 'Write an address such as name@example.com.',
  plainText: 'Line breaks and control characters are not accepted here.',
  timeZone: 'Choose a time zone such as Asia/Yangon.',
  notAccepted: 'This value is not accepted.',
  passwordsDiffer: 'The two passwords differ. Type the new one again.',
};
