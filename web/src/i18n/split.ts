// Words are written as pairs, Chinese then English, and split here into the two lists i18next wants.

export type Pair = readonly [zh: string, en: string];
export interface Pairs {
  readonly [key: string]: Pair | Pairs;
}
export interface Tree {
  [key: string]: string | Tree;
}

export function side(pairs: Pairs, index: 0 | 1): Tree {
  const tree: Tree = {};
  for (const [key, value] of Object.entries(pairs)) {
    tree[key] = isPair(value) ? value[index] : side(value, index);
  }
  return tree;
}

function isPair(value: Pair | Pairs): value is Pair {
  return Array.isArray(value);
}

/** `{a: {b: 'x'}}` becomes `{'a.b': 'x'}`. */
export function flat(tree: Tree, before = ''): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [key, value] of Object.entries(tree)) {
    const path = before ? `${before}.${key}` : key;
    if (typeof value === 'string') out[path] = value;
    else Object.assign(out, flat(value, path));
  }
  return out;
}
