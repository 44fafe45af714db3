// What a job is about, as a person sees it.
import type { ImportJob } from '@/api/admin-types';

export type Phase = 'reading' | 'mapping' | 'checking' | 'checked' | 'running' | 'done' | 'failed' | 'undone';

export function phaseOf(job: ImportJob): Phase {
  switch (job.state) {
    case 'running':
      return 'running';
    case 'done':
      return 'done';
    case 'failed':
      return job.columns.length === 0 ? 'reading' : 'failed';
    case 'undone':
      return 'undone';
    case 'reading':
      return 'reading';
    case 'dry_run':
      return job.dry_run_done === false || stillMoving(job) ? 'checking' : 'checked';
    default:
      if (job.columns.length === 0) return 'reading';
      return hasCounts(job) ? 'checked' : 'mapping';
  }
}

const hasCounts = (job: ImportJob) => Object.values(job.counts ?? {}).some((n) => Number(n) > 0);

function stillMoving(job: ImportJob): boolean {
  const { progress } = job;
  if (progress && progress.total > 0) return progress.done < progress.total;
  return !hasCounts(job);
}

/** Whether the page should go on asking. */
export const isMoving = (phase: Phase) => phase === 'reading' || phase === 'checking' || phase === 'running';
