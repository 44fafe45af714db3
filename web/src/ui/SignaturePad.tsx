// A surface one signs on with a pen, a finger or a mouse.
import { Button, Space } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

export function SignaturePad({ onDone, busy }: { onDone: (image: Blob) => void; busy?: boolean }) {
  const { t } = useTranslation();
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef(false);
  const [empty, setEmpty] = useState(true);

  function at(e: React.PointerEvent<HTMLCanvasElement>) {
    const box = e.currentTarget.getBoundingClientRect();
    return {
      x: ((e.clientX - box.left) / box.width) * e.currentTarget.width,
      y: ((e.clientY - box.top) / box.height) * e.currentTarget.height,
    };
  }

  function down(e: React.PointerEvent<HTMLCanvasElement>) {
    const pen = e.currentTarget.getContext('2d');
    if (!pen) return;
    e.currentTarget.setPointerCapture(e.pointerId);
    const { x, y } = at(e);
    pen.lineWidth = 3;
    pen.lineCap = 'round';
    pen.strokeStyle = '#1f2329';
    pen.beginPath();
    pen.moveTo(x, y);
    drawing.current = true;
  }

  function move(e: React.PointerEvent<HTMLCanvasElement>) {
    if (!drawing.current) return;
    const { x, y } = at(e);
    const pen = e.currentTarget.getContext('2d');
    pen?.lineTo(x, y);
    pen?.stroke();
    setEmpty(false);
  }

  function clear() {
    const surface = canvas.current;
    surface?.getContext('2d')?.clearRect(0, 0, surface.width, surface.height);
    setEmpty(true);
  }

  return (
    <div className="signature-pad">
      <canvas
        ref={canvas}
        width={640}
        height={240}
        aria-label={t('common.signHere')}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={() => {
          drawing.current = false;
        }}
      />
      <Space>
        <Button
          size="small"
          type="primary"
          loading={busy}
          disabled={empty}
          onClick={() => canvas.current?.toBlob((blob) => blob && onDone(blob), 'image/png')}
        >
          {t('common.ok')}
        </Button>
        <Button size="small" onClick={clear}>
          {t('common.clear')}
        </Button>
      </Space>
    </div>
  );
}
