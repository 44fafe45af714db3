// The objects a person used last, kept on this machine.

const KEPT = 'kehub.recent';
const MOST = 8;

export function recentObjects(): string[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? '[]');
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    return [];
  }
}

export function noteObject(key: string): void {
  const next = [key, ...recentObjects().filter((k) => k !== key)].slice(0, MOST);
  localStorage.setItem(KEPT, JSON.stringify(next));
}
