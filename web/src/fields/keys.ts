// Keys for new things: readable where the label is, numbered where it is not. The server makes pinyin when none is sent.

export function newKeyFor(label: string, taken: { key: string }[], stem: string): string {
  const plain = label
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 40);
  const used = new Set(taken.map((t) => t.key));
  const first = plain || `${stem}_1`;
  if (!used.has(first)) return first;
  let n = 2;
  while (used.has(`${plain || stem}_${n}`)) n += 1;
  return `${plain || stem}_${n}`;
}

export const isKey = (text: string) => /^[a-z][a-z0-9_]{0,39}$/.test(text);
