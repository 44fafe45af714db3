// How the web app is built: chunks cut by hand, unit tests, and a development server that passes /api on.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Libraries that change rarely get chunks of their own, so that a new version of ours does not fetch them again. */
function chunkOf(id: string): string | undefined {
  if (!id.includes('node_modules')) return undefined;
  if (/node_modules\/(react|react-dom|scheduler)\//.test(id)) return 'react';
  if (/node_modules\/(@tanstack|i18next|react-i18next|dayjs)\//.test(id)) return 'kit';
  return undefined;
}

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // The list of China's divisions is read from where the server keeps it.
  server: {
    fs: { allow: ['..'] },
    proxy: { '/api': { target: process.env.KEHUB_URL ?? 'http://127.0.0.1:8080' } },
  },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 1600,
    rollupOptions: { output: { manualChunks: chunkOf } },
  },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'] },
});
