import type { dictionary as en } from '../en/common.js';

/** What all pages say, in Simplified Chinese. */
export const dictionary: typeof en = {
  language: { tag: 'zh-Hans', name: '简体中文' },
  noScript: '本页是实时演示，需要启用 JavaScript。',
  brand: 'Pushgate',
  nav: { label: '站内导航', docs: '文档' },
  footer: { health: '健康状态', metrics: '指标' },
  sideways: '左右滑动可以看到更多列 →',
  states: {
    idle: '空闲',
    connecting: '正在连接',
    open: '已连接',
    waiting: '等待重连',
    closed: '已关闭',
    paused: '页面隐藏，已暂停',
  },
  ages: {
    seconds: (count) => `${count} 秒`,
    minutes: (count) => `${count} 分钟`,
  },
  notDone: {
    away: '无法向网关提出这个请求。它还在运行吗？',
    refused: '演示服务器拒绝了这个请求。',
    tooMuch: (seconds) => `您的地址一次请求得太多。请在 ${seconds} 秒后再试。`,
  },
  transports: {
    polling: {
      name: '轮询',
      explanation: '隔一段时间问一次，有什么取什么。能用 HTTP 的地方都能用，平均晚半个间隔。',
      standing: '轮询间隔',
      uplink: '经 POST 发送',
    },
    'long-polling': {
      name: '长轮询',
      explanation: '客户端提问，网关把回答扣住，直到有消息才答。每条消息一个请求。',
      standing: '一个请求正在等待',
      uplink: '经 POST 发送',
    },
    iframe: {
      name: 'iframe 流',
      explanation: '一个永远加载不完的隐藏页面，每条消息是其中的一段脚本。适用于 SSE 出现之前的浏览器。',
      standing: '一个文档正在加载',
      uplink: '经 POST 发送',
    },
    sse: {
      name: 'SSE',
      explanation: '一个永不结束的回答，专为推送设计，由浏览器直接解析。只能下行。',
      standing: '一个流已打开',
      uplink: '经 POST 发送',
    },
    websocket: {
      name: 'WebSocket',
      explanation: '一个双向套接字，每条消息只多几个字节。要求网络放行协议升级。',
      standing: '一个套接字已打开',
      uplink: '经同一个套接字发送',
    },
  },
  byPost: '经 POST 发送',
  plotMissing: '绘图程序未能载入。数字仍在本页上；重新载入本页即可看到图。',
  otherTransport: '目录中的一种传输。',
};
