// A text that is meant to be copied, with the button that does it.
import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { Button, Input, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

export function CopyLine({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Without a secure page there is no clipboard; the text stays selectable.
      setCopied(false);
    }
  }

  return (
    <Space.Compact block>
      <Input
        readOnly
        value={text}
        aria-label={label ?? t('common.copy')}
        onFocus={(e) => e.target.select()}
      />
      <Button icon={copied ? <CheckOutlined /> : <CopyOutlined />} onClick={copy}>
        {copied ? t('common.copied') : t('common.copy')}
      </Button>
    </Space.Compact>
  );
}
