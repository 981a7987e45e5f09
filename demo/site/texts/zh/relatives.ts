/** What there is to say about two relatives that people meet in practice, in Simplified Chinese. */
export const relatives = {
  mqtt: {
    name: '基于 WebSocket 的 MQTT',
    lead: '为线路不好的设备设计的协议，中间有一个代理服务器（broker）。浏览器通过 WebSocket 使用它：报文装在二进制帧里。',
    server: 'Broker',
    steps: [
      { label: 'GET，Upgrade，mqtt', text: 'WebSocket 的握手，子协议为 “mqtt”。' },
      { label: '101，mqtt', text: 'Broker 同意这个子协议。从这里开始，二进制帧里装的都是 MQTT 报文。' },
      { label: 'CONNECT', text: '客户端说出自己的名字、是否要恢复旧会话，以及自己最长会沉默多久。' },
      { label: 'CONNACK', text: '已接受，并说明 broker 是否还有会话。' },
      { label: 'SUBSCRIBE “news”', text: '客户端列出主题，可以带通配符，并说明每个主题要求的服务质量。' },
      { label: 'SUBACK', text: '已同意，并说明实际的服务质量。' },
      { label: '一条消息', text: '有人在这个主题上发布了消息。' },
      {
        label: 'PUBLISH',
        text: '它由 2 字节的头、带 2 字节长度的主题和载荷组成。消息长时头最多 5 字节，最外面还有 WebSocket 帧的头。',
      },
    ],
    wire: '捕获自下面两个文件之间，它们按标准编码报文（MQTT 3.1.1 第 2、3 章）。没有使用实际部署的 broker。',
    note: '这个服务器只做 broker 最基本的事。实际应换成 mosquitto、EMQX 或 RabbitMQ。',
    history: [
      '1999 年，Andy Stanford-Clark（IBM）和 Arlen Nipper 为通过卫星监控的输油管道设计了它：字节要少，线路时断时续。',
      'OASIS 于 2014 年把 3.1.1 版定为标准（即 ISO/IEC 20922），2019 年发布 5.0 版。两者的第 6 章都讲 WebSocket。',
    ],
    quirks: [
      '报文不管帧的边界：一个报文可能分在几个帧里，一个帧里也可能有几个报文。',
      '浏览器只能连接 broker 的 WebSocket 端口，而且要先打开它；设备使用 TCP 的 1883 或 8883 端口。',
      '保留消息是某个主题的最后一条消息，留给以后的订阅者。它不是历史记录。',
      '服务质量只存在于客户端与 broker 之间，并非端到端。',
    ],
    use: ['还有设备参与，它们本来就说 MQTT。', '客户端常常休眠、线路不好，而 broker 会替它们保留会话。'],
    avoid: [
      '只有浏览器和您自己的服务器：那样 broker 只是多了一样要运维的东西。',
      '网络会阻止 WebSocket：在浏览器里它没有退路。',
    ],
    standard: [
      'MQTT 3.1.1（OASIS，2014 年；ISO/IEC 20922:2016）和 MQTT 5.0（OASIS，2019 年）。',
      '底层是 RFC 6455，子协议为 “mqtt”。',
    ],
    adds: [
      '树状的主题，以及带通配符的订阅（“home/+/temperature”）。',
      '服务质量：0 至多一次，1 至少一次，2 恰好一次，都只针对一段路。',
      '比连接活得更久的会话、保留消息，以及客户端消失时由 broker 发布的遗嘱。',
      '客户端在约定时间内的 ping，以及 broker 的回答。',
    ],
    compare: [
      'Pushgate 的日志给每条消息编号，任何读者都能从自己的位置继续，不需要会话。Broker 为每个会话排队，队列满了就丢弃。',
      '包在载荷外面的内容比 JSON 记录小：4 字节加主题，最长的消息 7 字节，需要确认投递时再加 2 字节。',
      '没有降级：WebSocket 不通，就什么都不通。',
    ],
  },
  'socket-io': {
    name: 'Socket.IO',
    lead: '多数人在 Node 里最先用的库。它先用长轮询连接，再升级到 WebSocket，发送的是事件而不是消息。',
    server: 'Socket.IO',
    steps: [
      { label: 'GET，transport=polling', text: '底层的 Engine.IO 从长轮询开始：它到处都能用。' },
      { label: '0：会话编号', text: '服务器打开一个会话，告知编号以及多久 ping 一次。' },
      { label: 'POST：40', text: 'Socket.IO 在其上连接一个命名空间：报文 4 是消息，其中的 0 是“连接”。' },
      { label: 'GET，Upgrade，同一编号', text: '客户端同时用同一个会话编号尝试 WebSocket：两者必须到达同一台服务器。' },
      { label: '101', text: '升级被接受，这还证明不了什么。' },
      { label: '2probe', text: '经新套接字发出一个 ping，内容是 “probe”。' },
      { label: '3probe', text: 'pong 回来了：帧能够通过。服务器结束仍在等待的轮询。' },
      { label: '5：升级', text: '客户端搬过去。从这里开始，一切都走 WebSocket。' },
      { label: '一个事件', text: '服务器向某个房间或所有人发出一个事件。' },
      { label: '42["message",…]', text: '它以文本帧到达：4 是消息，2 是事件，后面的 JSON 数组是名字和参数。' },
    ],
    wire: '捕获自下面两个文件与真实的 Chromium 之间，使用的是正式发布的软件包。',
    note: '服务器自带客户端脚本，地址是 /socket.io/socket.io.js。',
    history: [
      'Guillermo Rauch 于 2010 年发布，那时支持 WebSocket 的浏览器还很少。从此，选择传输方式成了库的事。',
      '1.0 版（2014 年）把传输放进 Engine.IO，并把顺序倒了过来：先用到处都能用的，再升级。',
    ],
    quirks: [
      '两端都必须说它的语言：普通的 WebSocket 客户端连不上。',
      '负载均衡器后面有多台服务器时，轮询期间同一会话的请求必须到达同一台（“粘性会话”）。',
      '默认情况下，不在线的人会丢失事件。连接状态恢复（4.6 起）可以在一段时间内补发，前提是适配器保存了它们。',
      '它只会升级，不会再降下来：WebSocket 中途失效时，它从头重新连接。',
    ],
    use: ['Node 服务器配它自己的客户端，需要带确认的事件、房间和命名空间：它就是为此而生的。'],
    avoid: ['其他语言的客户端或 curl 要在没有库的情况下参与。', '一条消息也不能丢，而您不想自己编号。'],
    standard: [
      '没有标准，只有它自己的文档：Engine.IO 协议（第 4 版）和 Socket.IO 协议（第 5 版）。',
      '底层是 HTTP 和 RFC 6455。',
    ],
    adds: [
      '带名字和参数的事件，以及会回调函数的确认。',
      '服务器端的房间和命名空间。',
      '心跳、带退避的重连，以及缓冲这期间发出的事件。',
      'JSON 中的二进制附件。',
    ],
    compare: [
      '它的会话存在一台服务器的内存里。Pushgate 没有会话：下一个请求里的游标，就足以应付切换、断线和换节点。',
      '它从总能用的方式开始再升级；Pushgate 同时尝试最好的和其他的，采用能证明自己可用的那个。',
      '它给应用代码的东西更多：房间、命名空间、二进制数据。',
    ],
  },
};
