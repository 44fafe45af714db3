// The look: a calm, dense page in the tokens of the component library.
import type { ThemeConfig } from 'antd';

export const theme: ThemeConfig = {
  token: {
    colorPrimary: '#1677ff',
    fontSize: 14,
    borderRadius: 6,
    fontFamily:
      '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif',
    colorBgLayout: '#f5f7fa',
    colorBorderSecondary: '#edf0f4',
    controlHeight: 32,
    motionDurationMid: '0.12s',
    motionDurationSlow: '0.16s',
  },
  components: {
    Form: { itemMarginBottom: 16, verticalLabelPadding: '0 0 4px' },
    Tabs: { horizontalItemPadding: '10px 0', horizontalMargin: '0 0 12px 0' },
    Table: { cellPaddingBlockMD: 8, cellPaddingInlineMD: 12, headerBg: '#fafbfc' },
    Menu: { itemHeight: 36, itemBorderRadius: 6 },
    Card: { bodyPadding: 16 },
  },
};
