// The provinces, cities and districts of China, from the one list the server checks against; fetched when first needed.

export interface Division {
  value: string;
  label: string;
  children?: Division[];
}

const node = (name: string): Division => ({ value: name, label: name });
const nameOf = (code: string) => code.replace(/^\d+/, '');

/** A line a province; under it, indented, a line a city followed by its districts. */
export function readDivisions(text: string): Division[] {
  const provinces: Division[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (!line.startsWith(' ')) {
      provinces.push({ ...node(nameOf(line.trim())), children: [] });
      continue;
    }
    const [city = '', ...districts] = line.trim().split(/\s+/).map(nameOf);
    const children = districts.map(node);
    provinces.at(-1)?.children?.push(children.length ? { ...node(city), children } : node(city));
  }
  return provinces;
}

let loading: Promise<Division[]> | null = null;

export function loadDivisions(): Promise<Division[]> {
  loading ??= import('../../../../crates/model/src/fields/divisions.txt?raw').then((m) =>
    readDivisions(m.default),
  );
  return loading;
}
