// A small editor for rich text: bold, italic, lists, links.
import {
  BoldOutlined,
  ItalicOutlined,
  LinkOutlined,
  OrderedListOutlined,
  UnderlineOutlined,
  UnorderedListOutlined,
} from '@ant-design/icons';
import { Button } from 'antd';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { sanitize } from './sanitize';

const commands: { name: string; icon: ReactNode }[] = [
  { name: 'bold', icon: <BoldOutlined /> },
  { name: 'italic', icon: <ItalicOutlined /> },
  { name: 'underline', icon: <UnderlineOutlined /> },
  { name: 'insertUnorderedList', icon: <UnorderedListOutlined /> },
  { name: 'insertOrderedList', icon: <OrderedListOutlined /> },
];

export function RichEditor({
  id,
  value,
  onChange,
  disabled,
  label,
}: {
  id?: string;
  value: string;
  onChange: (html: string | null) => void;
  disabled?: boolean;
  label: string;
}) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);

  // The editor owns its content while typing; only a value from outside replaces it.
  useEffect(() => {
    const element = box.current;
    if (element && document.activeElement !== element && element.innerHTML !== value) {
      element.innerHTML = sanitize(value);
    }
  }, [value]);

  function tell() {
    const html = box.current?.innerHTML ?? '';
    onChange(html === '' || html === '<br>' ? null : sanitize(html));
  }

  function run(command: string, argument?: string) {
    box.current?.focus();
    document.execCommand(command, false, argument);
    tell();
  }

  function addLink() {
    const url = window.prompt(t('common.linkAddress'));
    if (url && /^(https?:|mailto:|tel:)/i.test(url)) run('createLink', url);
  }

  return (
    <div className={`rich-editor${disabled ? ' rich-editor-off' : ''}`}>
      {disabled ? null : (
        <div className="rich-editor-bar" role="toolbar" aria-label={label}>
          {commands.map((c) => (
            <Button
              key={c.name}
              type="text"
              size="small"
              icon={c.icon}
              aria-label={t(`rich.${c.name}`)}
              onMouseDown={(e) => e.preventDefault()}
              onClick={() => run(c.name)}
            />
          ))}
          <Button
            type="text"
            size="small"
            icon={<LinkOutlined />}
            aria-label={t('rich.link')}
            onMouseDown={(e) => e.preventDefault()}
            onClick={addLink}
          />
        </div>
      )}
      <div
        id={id}
        ref={box}
        className="rich-editor-text rich"
        role="textbox"
        tabIndex={0}
        aria-multiline="true"
        aria-label={label}
        contentEditable={!disabled}
        suppressContentEditableWarning
        onInput={tell}
        onBlur={tell}
      />
    </div>
  );
}
