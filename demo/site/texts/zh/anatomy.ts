import type { dictionary as en, pages as enPages } from '../en/anatomy.js';

/** What all pages of the anatomy say, in Simplified Chinese. */
export const dictionary: typeof en = {
  anatomy: {
    index: {
      heading: '线路上真正传输的是什么。',
      text: '每种技术一页：它的步骤、您自己这条连接的实时字节、两端最短的代码，以及选择之前该知道的事。',
      transports: '各种传输，从最简单的开始',
      relatives: '您会遇到的两位“亲戚”',
    },
    costs: '代价',
    fits: '适合',
    siblings: '解剖对象',
    browser: '浏览器',
    gateway: '网关',
    how: '一步一步',
    previous: '上一步',
    first: '从第 1 步开始',
    wire: {
      heading: '您自己的连接，逐字节看',
      text: '本页已通过这种传输打开了一条连接，网关展示经过它的套接字的内容。Cookie 和凭据已在网关处抹去。在您发布消息之前，这个频道上什么也不会发生。',
      sampleHeading: '一个实例，逐字节看',
      publish: '从别处发布',
      send: '经这条连接发布',
      pause: '暂停',
      hex: '同时显示十六进制',
      pieces: '按经过的先后排列的各段',
      empty: '还没有捕获到任何内容。',
    },
    legend: '各部分的含义',
    code: {
      heading: '最短的真实代码',
      text: '两个文件都在测试套件里原样运行。',
      server: '服务器端，Node',
      client: '客户端，浏览器',
    },
    history: '来历',
    quirks: '浏览器和网络的怪癖',
    use: '何时使用',
    avoid: '何时不用',
    standard: '标准',
    adds: '它增加了什么',
    compare: '对比',
    document: 'Pushgate 如何使用它：选项、实测的开销、限制',
    noLab: '实验室还没有保存这项对比的结果。可以用 npm 运行 bench 脚本，在您自己的机器上测量。',
    lab: {
      label: '实验室的数据',
      caption: (setting, date, machine) => `实验室的扇出测试（${setting}），${date} 测于 ${machine}`,
      figures: {
        downBytesPerMessage: '每条消息下行字节',
        requestsPerMessage: '每条消息请求数',
        p50Ms: '延迟中位数（毫秒）',
        p99Ms: '第 99 百分位（毫秒）',
        cpuMicrosPerMessage: '每条消息服务器 CPU（微秒）',
      },
    },
  },
};

/** The first page. */
export const pages: typeof enPages = {
  'anatomy/index': {
    name: '解剖',
    title: '推送的解剖：轮询、长轮询、iframe 流、SSE 和 WebSocket 的字节',
    description: '每种推送方式如何工作：一步一步讲解，并实时展示和解释您自己这条连接的字节。',
    skip: { to: 'transports', text: '跳到各种传输' },
    footer: '标准以 RFC 编号或 WHATWG 的名称标明。',
  },
};
