// The colours options and icons choose from, each with a soft ground and a readable text.

export interface Tint {
  key: string;
  solid: string;
  ground: string;
  text: string;
}

export const tints: Tint[] = [
  { key: 'blue', solid: '#1677ff', ground: '#e6f1ff', text: '#0a4fb3' },
  { key: 'cyan', solid: '#13b3b3', ground: '#e0f7f7', text: '#08706f' },
  { key: 'green', solid: '#3aa757', ground: '#e6f6ea', text: '#1f6e37' },
  { key: 'lime', solid: '#8bb300', ground: '#f3f9dc', text: '#566f00' },
  { key: 'gold', solid: '#d9a400', ground: '#fff6d6', text: '#7a5c00' },
  { key: 'orange', solid: '#f07c1b', ground: '#ffefe0', text: '#97480a' },
  { key: 'red', solid: '#e5484d', ground: '#ffe9e9', text: '#a5232a' },
  { key: 'magenta', solid: '#d6409f', ground: '#fde8f5', text: '#8f1f66' },
  { key: 'purple', solid: '#7c4dff', ground: '#efe9ff', text: '#4c25b8' },
  { key: 'grey', solid: '#8a919f', ground: '#eff1f4', text: '#4a515e' },
];

const byKey = new Map(tints.map((t) => [t.key, t]));

/** A stable tint for a thing that chose none. */
export function tintOf(chosen: string | undefined, seed: string): Tint {
  const found = chosen ? byKey.get(chosen) : undefined;
  if (found) return found;
  if (chosen && /^#[0-9a-f]{6}$/i.test(chosen)) {
    return { key: chosen, solid: chosen, ground: `${chosen}1f`, text: chosen };
  }
  let sum = 0;
  for (const letter of seed) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return tints[sum % (tints.length - 1)] ?? (tints[0] as Tint);
}
