// What a job is about, as a person sees it.
import type { ImportJob } from '@/api/admin-types';

export type Phase = 'reading' | 'mapping' | 'checking' | 'checked' | 'running' | 'done' | 'failed' | 'undone';

const hasColumns = (job: ImportJob) => (job.columns ?? []).length > 0;

export function phaseOf(job: ImportJob): Phase {
  switch (job.state) {
    case 'running':
      return 'running';
    case 'done':
      return 'done';
    case 'failed':
      return hasColumns(job) ? 'failed' : 'reading';
    case 'undone':
      return 'undone';
    // The file is read once to see its columns, and once more for the dry run.
    case 'reading':
      return hasColumns(job) ? 'checking' : 'reading';
    case 'dry_run':
      return 'checked';
    default:
      return hasColumns(job) ? 'mapping' : 'reading';
  }
}

/** Whether the page should go on asking. */
export const isMoving = (job: ImportJob) => {
  const phase = phaseOf(job);
  return (phase === 'reading' && job.state !== 'failed') || phase === 'checking' || phase === 'running';
};
