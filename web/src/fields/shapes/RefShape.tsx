// Fields that point at other records: people, departments and links.
import type { Field, Ref, Value } from '@/api/types';
import { tintOf } from '@/ui/colors';
import type { CellProps, InputProps } from '../kind';
import { useOpenRecord } from '../openRecord';
import { RefPicker } from './RefPicker';

export function targetOf(field: Field): string {
  if (field.type === 'person' || field.type === 'people') return 'person';
  if (field.type === 'department' || field.type === 'departments') return 'department';
  return field.to ?? '';
}

export function isMany(field: Field): boolean {
  return (
    field.type === 'people' || field.type === 'departments' || (field.type === 'link' && field.many === true)
  );
}

export function refsOf(value: Value): Ref[] {
  const list = Array.isArray(value) ? value : value ? [value] : [];
  return list.map((v) =>
    typeof v === 'object' && v !== null
      ? { id: String((v as Ref).id), title: String((v as Ref).title ?? '') }
      : { id: String(v), title: '' },
  );
}

export function refToText(value: Value): string {
  return refsOf(value)
    .map((r) => r.title || r.id.slice(0, 8))
    .join(', ');
}

export function Avatar({ name, seed, size = 20 }: { name: string; seed: string; size?: number }) {
  const letters = Array.from(name.trim());
  const chinese = /\p{Script=Han}/u.test(name);
  const shown = chinese ? letters.slice(-1).join('') : (letters[0]?.toUpperCase() ?? '·');
  return (
    <span
      className="avatar"
      aria-hidden="true"
      style={{ width: size, height: size, background: tintOf(undefined, seed).solid, fontSize: size * 0.55 }}
    >
      {shown}
    </span>
  );
}

export function RefCell({ field, value }: CellProps) {
  const open = useOpenRecord();
  const person = field.type === 'person' || field.type === 'people';
  const target = targetOf(field);
  return (
    <span className="ref-line">
      {refsOf(value).map((ref) =>
        person || field.type === 'department' || field.type === 'departments' ? (
          <span key={ref.id} className="ref-person" title={ref.title}>
            {person ? <Avatar name={ref.title} seed={ref.id} /> : null}
            <span className="ellipsis">{ref.title}</span>
          </span>
        ) : (
          <button
            key={ref.id}
            type="button"
            tabIndex={-1}
            className="ref-link ellipsis"
            title={ref.title}
            onClick={(e) => {
              e.stopPropagation();
              open(target, ref.id);
            }}
          >
            {ref.title || ref.id.slice(0, 8)}
          </button>
        ),
      )}
    </span>
  );
}

export function RefInput(props: InputProps) {
  const { field, value, onChange } = props;
  const many = isMany(field);
  return (
    <RefPicker
      id={props.id}
      to={targetOf(field)}
      many={many}
      value={refsOf(value)}
      onChange={(refs) => onChange(many ? refs : (refs[0] ?? null))}
      disabled={props.disabled}
      bad={props.bad}
      autoFocus={props.autoFocus}
      inGrid={props.inGrid}
      onDone={props.onDone}
      label={props.label}
      filter={field.filter}
    />
  );
}

/** What a save sends: ids only, never titles. */
export function refToWire(value: Value, field: Field): Value {
  const ids = refsOf(value).map((r) => r.id);
  return isMany(field) ? ids : (ids[0] ?? null);
}
