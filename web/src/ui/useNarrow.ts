// Whether the window is as narrow as a phone.
import { useSyncExternalStore } from 'react';

const query = '(max-width: 767px)';

function subscribe(tell: () => void): () => void {
  const media = window.matchMedia(query);
  media.addEventListener('change', tell);
  return () => media.removeEventListener('change', tell);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}
