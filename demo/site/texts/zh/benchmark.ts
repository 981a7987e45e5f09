import type { dictionary as en, pages as enPages } from '../en/benchmark.js';

/** What the page of the benchmark says, in Simplified Chinese. */
export const dictionary: typeof en = {
  benchmark: {
    heading: '用测量说话。',
    text: '对同样几种传输方式的两次测量：一次小规模的就在这个浏览器里，走您与本服务器之间的网络；另一次是实验室最近的一轮，并注明是在什么样的机器上做的。',
    here: '就在您的浏览器里',
    method:
      '各种传输依次建立连接，调用服务器时钟往返十次，再接收服务器匀速发布的 20 条消息，然后轮到下一种；共三轮，每轮从不同的传输开始。延迟按服务器时钟从发布算到到达；轮询每 500 毫秒问一次。字节数和请求数是收消息期间在网关的套接字上统计的，双向，包含 HTTP 头和帧。',
    rate: '消息速率',
    size: '大小',
    begin: '开始测量',
    cancel: '停止',
    progress: '测量进度',
    ready: '大约需要一分钟，同一时间只开一条连接。',
    clocks: (ms) => `两个时钟的对照误差不超过 ${ms}，延迟最多偏差这么多，且方向一致。`,
    measuring: (transport, round, rounds) => `第 ${round} 轮，共 ${rounds} 轮：${transport}`,
    done: '完成。',
    doneWithout: (failures) => `完成，但有些没有通过。${failures}。`,
    hidden: '测量期间本页曾不在视野内，浏览器会放慢这样的页面，轮询所受影响最大：请重新测量并停留在本页。',
    stopped: (reason) => `提前结束。${reason}`,
    cancelled: '您已停止；此前测到的结果仍然显示。',
    table: '本次测量的数据',
    columns: {
      transport: '传输方式',
      connect: '建立连接',
      roundTrip: '往返',
      p50: '延迟中位数',
      slowest: '延迟最大值',
      bytes: '每条消息字节',
      requests: '每条消息请求',
      received: '收到',
      lost: '丢失',
    },
    caption: '经过多久之后，多大比例的消息已经到达：越靠左越快，越陡越稳。',
    latency: '延迟',
    browser: (agent, threads) =>
      `当前浏览器：${agent}，${threads} 个硬件线程。这台机器同时还在做别的事，且只测一次：请在各种传输之间比较，不要与别的机器比较。`,
    lab: {
      heading: '实验室最近的一轮',
      text: '服务器和负载在不同的进程里；旁边是能完成同样工作的最简实现，以及同等负载下的其他库。',
      none: '仓库里还没有保存实验室的结果。下面的命令大约用一小时生成一份，下次构建之后就会显示在这里：',
      table: '实验室的数据',
      report: '完整报告，含图表和方法（英文）',
    },
  },
};

/** The page itself. */
export const pages: typeof enPages = {
  benchmark: {
    name: '基准测试',
    title: '基准测试 · Pushgate',
    description: '各种推送方式的代价：在您的浏览器里测，也在实验室里测。',
    skip: { to: 'run', text: '跳到测量' },
    footer: '延迟以服务器时钟为准。字节数是 TCP 载荷的字节，不含 TLS。',
  },
};
