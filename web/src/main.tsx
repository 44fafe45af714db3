// Where the page begins.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { onSignedOut } from './api/client';
import { isProblem } from './api/problems';
import { meKey } from './api/queries/session';
import { startWords } from './i18n';
import { makeRouter } from './routes';
import { Looks } from './shell/frame/Looks';
import './ui/page.css';
import './ui/table.css';
import './ui/forms.css';
import './shell/frame/frame.css';

startWords();

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // A refusal stays a refusal; only a lost line or a fault of the server is worth another try.
      retry: (count, error) => count < 2 && (!isProblem(error) || error.status === 0 || error.status >= 502),
    },
  },
});
const router = makeRouter(queries);

onSignedOut(() => {
  if (queries.getQueryData(meKey)) {
    queries.clear();
    void router.invalidate();
  }
});

const place = document.getElementById('root');
if (place) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Looks>
          <RouterProvider router={router} />
        </Looks>
      </QueryClientProvider>
    </StrictMode>,
  );
}
