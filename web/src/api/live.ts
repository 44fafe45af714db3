// Live updates: the server says which object changed, and every query that names it is asked again.
import type { QueryClient } from '@tanstack/react-query';
import { pathOf } from './client';

const GATHER_MS = 300;

/** Listens until the returned function is called. The browser reconnects by itself. */
export function listen(queries: QueryClient): () => void {
  const source = new EventSource(pathOf('/events'));
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lost = false;

  function tell() {
    timer = undefined;
    for (const object of changed) queries.invalidateQueries({ queryKey: ['records', object] });
    if (changed.has('*')) queries.invalidateQueries({ queryKey: ['records'] });
    if (changed.has('definitions')) {
      queries.invalidateQueries({ queryKey: ['objects'] });
      queries.invalidateQueries({ queryKey: ['definitions'] });
    }
    changed.clear();
  }

  function note(object: string) {
    changed.add(object);
    // Many saves in a burst, an import for example, become one round of questions.
    timer ??= setTimeout(tell, GATHER_MS);
  }

  source.onmessage = (event) => {
    try {
      const said = JSON.parse(event.data) as { object?: string; kind?: string };
      if (said.object) note(said.object);
      if (said.kind) note('definitions');
    } catch {
      // A line we do not know is a line of a newer server; it is not for us.
    }
  };
  source.onerror = () => {
    lost = true;
  };
  source.onopen = () => {
    // What happened while the line was down was not heard, so everything shown is asked again.
    if (lost) note('*');
    lost = false;
  };
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
