// The sections of a record's page, and the fields that stand above them.
import { useTranslation } from 'react-i18next';
import type { Field, Obj, Rec } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { labelOf, useSay } from '@/i18n/label';
import { FieldValue } from './FieldValue';
import { REST, type Section } from './layout';

/** Seen at a glance, whatever tab is open. */
export function PageHeader({ fields, record }: { fields: Field[]; record: Rec }) {
  const say = useSay();
  if (fields.length === 0) return null;
  return (
    <dl className="page-header">
      {fields.map((field) => {
        const Cell = kindOf(field).Cell;
        const value = record[field.key];
        const empty = value === null || value === undefined || value === '';
        return (
          <div key={field.key}>
            <dt>{say(field)}</dt>
            <dd>{empty ? <span className="muted">–</span> : <Cell field={field} value={value} />}</dd>
          </div>
        );
      })}
    </dl>
  );
}

export function PageSections({
  sections,
  object,
  record,
  onEdit,
}: {
  sections: Section[];
  object: Obj;
  record: Rec;
  onEdit?: (field: string) => void;
}) {
  return sections.map((section) => (
    <SectionFrame key={section.key} section={section} alone={sections.length === 1}>
      <div className="field-values" style={{ '--columns': section.columns } as React.CSSProperties}>
        {section.fields.map((f) => (
          <FieldValue
            key={f.key}
            object={object}
            record={record}
            field={f}
            onEdit={onEdit ? () => onEdit(f.key) : undefined}
          />
        ))}
      </div>
    </SectionFrame>
  ));
}

/** A section with a name can be closed; one without stands as it is. */
function SectionFrame({
  section,
  alone,
  children,
}: {
  section: Section;
  alone: boolean;
  children: React.ReactNode;
}) {
  const name = useSectionName()(section, alone);
  if (!name) return <div className="page-section">{children}</div>;
  return (
    <details className="page-section" open={!section.collapsed}>
      <summary>{name}</summary>
      {children}
    </details>
  );
}

/** What a section is called: what nobody placed is “more”, unless there is nothing else. */
export function useSectionName(): (section: Section, alone: boolean) => string {
  const { t, i18n } = useTranslation();
  return (section, alone) => {
    if (section.label) return labelOf(section.label, i18n.language);
    return section.key === REST && !alone ? t('record.more') : '';
  };
}
