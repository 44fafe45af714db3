// Options from lines of text: what stands keeps its key, what is gone is retired, what is new gets a key.
import type { Option } from '@/api/types';
import { labelOf } from '@/i18n/label';
import { tints } from '@/ui/colors';

export function newOptionKey(options: { key: string }[]): string {
  const taken = new Set(options.map((o) => o.key));
  let n = options.length + 1;
  while (taken.has(`option_${n}`)) n += 1;
  return `option_${n}`;
}

/** Latin words make readable keys; other labels get a numbered one, which never changes afterwards. */
function keyFor(label: string, taken: { key: string }[]): string {
  const plain = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 40);
  const usable =
    /^[a-z]/.test(plain) && /^[\w\s.,&/()-]+$/.test(label) && !taken.some((o) => o.key === plain);
  return usable ? plain : newOptionKey(taken);
}

export function linesToOptions(text: string, before: Option[]): Option[] {
  const labels = [
    ...new Set(
      text
        .split('\n')
        .map((l) => l.trim())
        .filter(Boolean),
    ),
  ];
  const made: Option[] = [];
  const left = [...before];
  for (const label of labels) {
    const at = left.findIndex(
      (o) => labelOf(o.label, 'zh') === label || labelOf(o.label, 'en') === label || o.key === label,
    );
    const kept = at >= 0 ? left.splice(at, 1)[0] : undefined;
    if (kept) made.push({ ...kept, retired: undefined });
    else
      made.push({
        key: keyFor(label, [...before, ...made]),
        label,
        color: tints[(before.length + made.length) % tints.length]?.key,
      });
  }
  return [...made, ...left.map((o) => ({ ...o, retired: true }))];
}
