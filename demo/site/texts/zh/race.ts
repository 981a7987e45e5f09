import type { dictionary as en, pages as enPages } from '../en/race.js';

/** What the race says, in Simplified Chinese. */
export const dictionary: typeof en = {
  idea: {
    heading: '一份消息日志，多种传输方式。',
    text: '下面每条通道用不同的传输方式订阅同一个实时频道。传输只回答一个问题：“这个游标之后有什么？”所以客户端可以丢掉一条连接，换另一种方式继续，再换回来，一条消息也不会漏。第六条通道会自动这样做：屏蔽一种传输，看它怎么应对。',
  },
  machine: {
    heading: '频道里的实时数据',
    explanation: '提供本页的这台机器的各项指标，每秒发布一次。',
    tiles: {
      machine: '整机 CPU',
      process: '本网关 CPU',
      memory: '本网关内存',
      loop: '事件循环延迟',
      connections: '打开的下行连接',
    },
    memory: (heap, used, total) => `其中堆 ${heap}。整机：${used} / ${total}`,
    loop: (p99) => `第 99 百分位 ${p99}`,
    ofCore: '占单核',
    ofCores: '占全部核心',
    none: '没有打开的连接',
  },
  say: {
    heading: '向所有通道说句话',
    name: '名字',
    text: '消息',
    placeholder: '大家好',
    send: '发布',
    sending: '正在发布……',
    sent: (ms, uplink) => `${ms} 后已写入日志，${uplink}。`,
    failed: (reason) => `未发布：${reason}`,
    paused: '已暂停：回到这个标签页再发布。',
    guest: '访客',
  },
  lanes: {
    heading: '五条通道，同一个频道',
    headingOf: (count) => `${NUMBERS[count] ?? count}条通道，同一个频道`,
    legend: {
      label: '如何看时间轴',
      bar: '发出 → 到达',
      chat: '聊天',
      twenty: '20 秒前',
      fifteen: '15 秒',
      ten: '10 秒',
      five: '5 秒',
      now: '现在',
    },
    track: (transport) => `最近 20 秒经 ${transport} 到达的消息`,
    messages: '最近的消息',
    document: '工作原理',
    documentOf: (transport) => `工作原理：${transport}`,
    interval: '轮询间隔',
    seconds: (seconds) => `${seconds} 秒`,
    noChat: '还没有聊天消息',
    noText: '（无文字）',
    noName: '聊天',
    first: '最先',
    behind: (ms) => `+${ms}`,
    figures: {
      latency: '延迟',
      median: '中位数',
      messages: '消息数',
      requests: '请求数',
      down: '下行字节',
      up: '上行字节',
      each: '每条消息',
    },
  },
};

/** The page itself. */
export const pages: typeof enPages = {
  index: {
    name: '同场赛跑',
    title: 'Pushgate：各种推送方式，同场对比',
    description:
      '轮询、长轮询、iframe 流、服务器发送事件（SSE）和 WebSocket 承载同一批实时消息：各自做了什么、代价多少、能扛住什么。',
    skip: { to: 'lanes', text: '跳到各条通道' },
    footer:
      '延迟以服务器时钟为准。字节数在服务器的套接字上统计，包含 HTTP 头；您发布的内容记在自动客户端名下，因为是它发出的。',
  },
};

const NUMBERS: Readonly<Record<number, string>> = { 4: '四', 5: '五', 6: '六', 7: '七', 8: '八' };
