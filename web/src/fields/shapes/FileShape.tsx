// Fields that hold files: pictures, attachments, signatures.
import { PaperClipOutlined, UploadOutlined } from '@ant-design/icons';
import { App, Button, Image } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { pathOf } from '@/api/client';
import { wordsOf } from '@/api/problems';
import { uploadFile } from '@/api/queries/records';
import type { Value } from '@/api/types';
import { SignaturePad } from '@/ui/SignaturePad';
import type { CellProps, InputProps } from '../kind';

interface Stored {
  file: string;
  name: string;
  size?: number;
  type?: string;
}

export function filesOf(value: Value): Stored[] {
  return Array.isArray(value) ? (value as Stored[]) : [];
}

export const filesToText = (value: Value) =>
  filesOf(value)
    .map((f) => f.name)
    .join(', ');

const urlOf = (file: Stored) => pathOf(`/files/${file.file}`);

export function showSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export function ImageCell({ value, roomy }: CellProps) {
  const size = roomy ? 72 : 28;
  return (
    <Image.PreviewGroup>
      <span className="image-line">
        {filesOf(value).map((f) => (
          <Image key={f.file} width={size} height={size} src={urlOf(f)} alt={f.name} className="thumb" />
        ))}
      </span>
    </Image.PreviewGroup>
  );
}

export function FileCell({ value, roomy }: CellProps) {
  const files = filesOf(value);
  if (!roomy) {
    return files.length === 0 ? null : (
      <span className="ellipsis" title={filesToText(value)}>
        <PaperClipOutlined /> {files.length > 1 ? `${files.length} · ` : ''}
        {files[0]?.name}
      </span>
    );
  }
  return (
    <ul className="file-list">
      {files.map((f) => (
        <li key={f.file}>
          <a href={urlOf(f)} download={f.name}>
            <PaperClipOutlined /> {f.name}
          </a>
          {f.size ? <span className="muted"> {showSize(f.size)}</span> : null}
        </li>
      ))}
    </ul>
  );
}

function useUpload({ object, field, value, onChange }: InputProps) {
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  async function add(files: File[]) {
    setBusy(true);
    const kept = filesOf(value);
    try {
      const fresh: Stored[] = [];
      for (const file of files) fresh.push(await uploadFile(file, object ?? '', field.key));
      onChange([...kept, ...fresh]);
    } catch (error) {
      message.error(wordsOf(error));
    } finally {
      setBusy(false);
    }
  }
  return { busy, add };
}

export function FileInput(props: InputProps) {
  const { t } = useTranslation();
  const { busy, add } = useUpload(props);
  const picker = useRef<HTMLInputElement>(null);
  const files = filesOf(props.value);
  const images = props.field.type === 'image';

  function remove(id: string) {
    const left = files.filter((f) => f.file !== id);
    props.onChange(left.length ? left : null);
  }

  return (
    <div
      className="file-input"
      role="group"
      aria-label={props.label}
      onDragOver={(e) => e.preventDefault()}
      onDrop={(e) => {
        e.preventDefault();
        if (!props.disabled) void add(Array.from(e.dataTransfer.files));
      }}
    >
      <ul className="file-list">
        {files.map((f) => (
          <li key={f.file}>
            {images ? (
              <Image width={56} height={56} src={urlOf(f)} alt={f.name} className="thumb" />
            ) : (
              <a href={urlOf(f)} download={f.name}>
                <PaperClipOutlined /> {f.name}
              </a>
            )}
            {props.disabled ? null : (
              <Button size="small" type="text" danger onClick={() => remove(f.file)}>
                {t('common.remove')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <input
        ref={picker}
        type="file"
        hidden
        multiple
        aria-label={props.label}
        accept={images ? 'image/*' : undefined}
        onChange={(e) => {
          void add(Array.from(e.target.files ?? []));
          e.target.value = '';
        }}
      />
      {props.disabled ? null : (
        <Button
          id={props.id}
          icon={<UploadOutlined />}
          loading={busy}
          danger={props.bad}
          onClick={() => picker.current?.click()}
        >
          {images ? t('files.addImage') : t('files.add')}
        </Button>
      )}
    </div>
  );
}

export function SignatureInput(props: InputProps) {
  const { t } = useTranslation();
  const { busy, add } = useUpload({ ...props, value: [] });
  const files = filesOf(props.value);
  if (files.length > 0 || props.disabled) {
    return (
      <div className="file-input">
        <ImageCell field={props.field} value={props.value} roomy />
        {props.disabled ? null : (
          <Button size="small" onClick={() => props.onChange(null)}>
            {t('files.signAgain')}
          </Button>
        )}
      </div>
    );
  }
  return (
    <SignaturePad
      busy={busy}
      onDone={(image) => void add([new File([image], 'signature.png', { type: 'image/png' })])}
    />
  );
}
