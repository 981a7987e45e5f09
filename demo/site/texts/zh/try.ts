import type { dictionary as en } from '../en/try.js';

/** What the page says from which a visitor uses the gateway, in Simplified Chinese. */
export const dictionary: typeof en = {
  terminal: {
    heading: '在终端里试试',
    explanation: '网关使用普通的 HTTP。在另一个终端里发布一条消息，看它到达上面的每条通道。',
    publish: '发布一条消息',
    stream: '实时跟随聊天',
    machine: '跟随机器的指标',
    history: '读取最近的消息',
    copy: '复制',
    copyOf: (what) => `复制：${what}`,
    copied: '已复制',
    select: '已选中，请复制',
  },
};
