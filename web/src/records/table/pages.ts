// Which pages of a long list are wanted, and how the end of the list is learnt.

export const PAGE = 100;

export function pagesOf(first: number, last: number, total: number): number[] {
  if (total <= 0) return [0];
  const from = Math.floor(Math.max(0, first) / PAGE);
  const to = Math.floor(Math.min(Math.max(0, last), total - 1) / PAGE);
  const pages: number[] = [];
  for (let page = from; page <= to; page += 1) pages.push(page);
  return pages;
}

/** A page that is not full, or has nothing after it, tells the true end, whatever the estimate said. */
export function totalOf(
  estimate: number | null,
  loaded: { page: number; rows: number; more: boolean }[],
): { total: number; exact: boolean } {
  let least = 0;
  for (const { page, rows, more } of loaded) {
    if (!more && (rows > 0 || page === 0)) return { total: page * PAGE + rows, exact: true };
    least = Math.max(least, page * PAGE + rows + (more ? 1 : 0));
  }
  return { total: Math.max(least, estimate ?? 0), exact: false };
}
