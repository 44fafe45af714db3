// Where in the file the table is: sheet, head row, encoding.
import { InputNumber, Select, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ImportJob, Mapping } from '@/api/admin-types';
import { showSize } from '@/fields/shapes/FileShape';

const encodings = ['utf-8', 'gb18030', 'gbk', 'big5', 'utf-16le', 'windows-1252'];

export function SourceLine({
  job,
  busy,
  onChange,
}: {
  job: ImportJob;
  busy: boolean;
  onChange: (source: Pick<Mapping, 'sheet' | 'header_row' | 'encoding'>) => void;
}) {
  const { t } = useTranslation();
  const known = job.encoding ? [...new Set([job.encoding.toLowerCase(), ...encodings])] : [];
  return (
    <Space wrap className="import-source">
      <b>{job.file.name}</b>
      <span className="muted">{showSize(job.file.size)}</span>
      {(job.sheets ?? []).length > 1 ? (
        <span>
          {t('imports.sheet')}{' '}
          <Select
            value={job.sheet}
            disabled={busy}
            style={{ minWidth: 140 }}
            options={job.sheets.map((s) => ({
              value: s.name,
              label: `${s.name} (${t('imports.rowsN', { count: s.rows })})`,
            }))}
            onChange={(sheet) => onChange({ sheet })}
            aria-label={t('imports.sheet')}
          />
        </span>
      ) : null}
      <span>
        {t('imports.headerRow')}{' '}
        <InputNumber
          min={1}
          max={1000}
          precision={0}
          value={job.header_row}
          disabled={busy}
          style={{ width: 72 }}
          onChange={(n) => n && onChange({ header_row: Number(n) })}
          aria-label={t('imports.headerRow')}
        />
      </span>
      {job.encoding ? (
        <span>
          {t('imports.encoding')}{' '}
          <Select
            value={job.encoding.toLowerCase()}
            disabled={busy}
            style={{ width: 130 }}
            options={known.map((e) => ({ value: e, label: e.toUpperCase() }))}
            onChange={(encoding) => onChange({ encoding })}
            aria-label={t('imports.encoding')}
          />
        </span>
      ) : null}
    </Space>
  );
}
