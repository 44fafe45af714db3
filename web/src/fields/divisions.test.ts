// The divisions of China are read as they stand.
import { expect, it } from 'vitest';
import { loadDivisions, readDivisions } from './shapes/divisions';

it('reads provinces, cities and districts', () => {
  const read = readDivisions('# about\n33浙江省\n 01杭州市 06西湖区 08滨江区\n82澳门\n');
  expect(read.map((p) => p.label)).toEqual(['浙江省', '澳门']);
  expect(read[0]?.children?.[0]?.children?.map((d) => d.label)).toEqual(['西湖区', '滨江区']);
});

it('has all provinces', async () => {
  const all = await loadDivisions();
  expect(all.length).toBe(34);
  expect(all.find((p) => p.label === '浙江省')?.children?.some((c) => c.label === '杭州市')).toBe(true);
});
