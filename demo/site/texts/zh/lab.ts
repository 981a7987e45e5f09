import type { dictionary as en } from '../en/lab.js';

/** What all pages say of the lab, in Simplified Chinese. */
export const dictionary: typeof en = {
  lab: {
    contestant: '服务器',
    own: (technique) => `Pushgate，${technique}`,
    control: (name) => `${name}（对照）`,
    techniques: {
      websocket: 'WebSocket',
      sse: 'SSE',
      iframe: 'iframe 流',
      'long-polling': '长轮询',
      polling: '轮询',
      mqtt: '基于 WebSocket 的 MQTT',
    },
    columns: {
      steady: '每条消息 CPU',
      burst: '突发时每条消息 CPU',
      saturation: '饱和时吞吐量',
      idle: '每条空闲连接内存',
      connecting: '每次建立连接 CPU',
      p50: '延迟中位数',
      p99: '延迟第 99 百分位',
    },
    settings: {
      subscribers: (count) => `${count} 个订阅者`,
      perSecond: (count) => `每秒 ${count} 次`,
      bytes: (size) => `消息 ${size}`,
      burst: (count) => `每次 ${count} 条`,
      pollMs: (seconds) => `轮询间隔 ${seconds} 秒`,
      delayMs: (time) => `单程延迟 ${time}`,
      retained: (count) => `日志中有 ${count} 条`,
    },
    list: (settings) => settings.join('，'),
    note: (columns, settings) => `${columns.join('、')}：${settings}`,
    notes: (notes) => `${notes.join('；')}。`,
    failed: '失败',
    notMeasured: '未在此设置下测量',
    wire: (payload, down) =>
      `${payload} 的载荷经 WebSocket 下行要 ${down}：它装在一条记录里，也就是带有消息编号和频道的 JSON，记录外面还有帧头；其他传输方式则是分块头和应答头。`,
    measured: (date, command, minutes, machine) =>
      `${date} 用 ${command} 测得，耗时 ${minutes} 分钟：${machine}。只有相互之间的比例有意义。`,
    revision: (command, revision) => `${command}（版本 ${revision}）`,
    changed: (revision) => `${revision}，有改动`,
    pinned: '服务器和负载各占一个核心',
    unpinned: '服务器和负载不固定核心',
    once: '每项测一次',
    spread: (percent) => `半数测量项各次之间相差不到 ${percent} %`,
  },
};
