// Drawn signs a definition may name as its icon; the path of each on a 24 by 24 grid.

export const signs: Record<string, string> = {
  building: 'M4 21V5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v16M15 10h4a1 1 0 0 1 1 1v10M3 21h18M8 8h3M8 12h3M8 16h3',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21a8 8 0 0 1 16 0',
  users:
    'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM2 21a7 7 0 0 1 14 0M16 3.500a4 4 0 0 1 0 7.500M22 21a7 7 0 0 0-4-6.300',
  phone: 'M5 3h4l2 5-2.500 1.500a11 11 0 0 0 6 6L16 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 5a2 2 0 0 1 2-2Z',
  mail: 'M3 6h18v12H3zM3 7l9 6 9-6',
  flag: 'M5 21V4h13l-2.500 4.500L18 13H5',
  target: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 12h.01',
  file: 'M6 3h8l5 5v13H6zM14 3v5h5M9 13h6M9 17h6',
  money: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8 8l4 5 4-5M12 13v5M9 14h6',
  cart: 'M3 4h2l3 12h10l3-9H7M9 20h.01M17 20h.01',
  box: 'M12 3l8 4.500v9L12 21l-8-4.500v-9zM4 7.500l8 4.500 8-4.500M12 12v9',
  calendar: 'M4 6h16v15H4zM4 10h16M8 3v4M16 3v4',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3 3',
  chat: 'M4 5h16v11H9l-5 4z',
  pass: 'M3 8a2 2 0 0 0 0 4v4h18v-4a2 2 0 0 1 0-4V6H3zM14 6v10',
  star: 'M12 4l2.500 5 5.500.800-4 4 1 5.700-5-2.700-5 2.700 1-5.700-4-4 5.500-.800z',
  tag: 'M3 12V4h8l10 10-8 8zM7.500 8.500h.01',
  chart: 'M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  home: 'M4 11l8-7 8 7v9h-5v-6H9v6H4z',
  tool: 'M14 6a4 4 0 0 0-5 5l-6 6 3 3 6-6a4 4 0 0 0 5-5l-2.500 2.500L12 9z',
  globe: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3a14 14 0 0 1 0 18M12 3a14 14 0 0 0 0 18',
  gift: 'M4 9h16v4H4zM6 13v8h12v-8M12 9v12M12 9c-2-5-7-4-5 0M12 9c2-5 7-4 5 0',
  book: 'M5 4h13v17H7a2 2 0 0 1-2-2zM5 17h13M9 8h5',
  shield: 'M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6z',
  bolt: 'M13 3L5 14h6l-1 7 8-11h-6z',
};

/** Names that other icon sets use for the same things. */
const others: Record<string, string> = {
  appstore: 'box',
  bank: 'building',
  contacts: 'user',
  fund: 'chart',
  message: 'chat',
  team: 'users',
  shop: 'cart',
  setting: 'tool',
  'file-text': 'file',
  dollar: 'money',
};

export const signOf = (icon: string): string | undefined => signs[others[icon] ?? icon];

export const signNames = Object.keys(signs);
