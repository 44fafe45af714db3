// A short list whose rows can be put in another order, by dragging or with the keyboard.
import { HolderOutlined } from '@ant-design/icons';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';

export function moved<T>(list: T[], from: number, to: number): T[] {
  const copy = [...list];
  const [taken] = copy.splice(from, 1);
  if (taken !== undefined) copy.splice(to, 0, taken);
  return copy;
}

export function DragList<T>({
  items,
  keyOf,
  onOrder,
  children,
}: {
  items: T[];
  keyOf: (item: T, index: number) => string;
  onOrder: (items: T[]) => void;
  children: (item: T, index: number) => ReactNode;
}) {
  const { t } = useTranslation();
  const [from, setFrom] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);

  return (
    <ul className="drag-list">
      {items.map((item, index) => (
        <li
          key={keyOf(item, index)}
          className={over === index && from !== index ? 'drag-over' : undefined}
          onDragOver={(e) => {
            if (from === null) return;
            e.preventDefault();
            setOver(index);
          }}
          onDrop={(e) => {
            e.preventDefault();
            if (from !== null && from !== index) onOrder(moved(items, from, index));
            setFrom(null);
            setOver(null);
          }}
        >
          <button
            type="button"
            className="drag-handle"
            draggable
            aria-label={t('common.moveRow')}
            title={t('common.moveRow')}
            onDragStart={(e) => {
              e.dataTransfer.effectAllowed = 'move';
              e.dataTransfer.setData('text/plain', String(index));
              setFrom(index);
            }}
            onDragEnd={() => {
              setFrom(null);
              setOver(null);
            }}
            onKeyDown={(e) => {
              if (e.key === 'ArrowUp' && index > 0) {
                e.preventDefault();
                onOrder(moved(items, index, index - 1));
              }
              if (e.key === 'ArrowDown' && index < items.length - 1) {
                e.preventDefault();
                onOrder(moved(items, index, index + 1));
              }
            }}
          >
            <HolderOutlined />
          </button>
          <div className="drag-body">{children(item, index)}</div>
        </li>
      ))}
    </ul>
  );
}
